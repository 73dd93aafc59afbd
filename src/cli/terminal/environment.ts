// The environment variables that the program reads. docs/reference/configuration.md is made of this
// table, and a variable that is not in it cannot be read here.

/** Variables with what they say, in the order of the reference. */
export const environmentVariables = {
  PROVISION_SERVER: "address of the service, for commands that have `--server`",
  PROVISION_TOKEN: "the vendor's token, for commands that have `--token-file`",
  PROVISION_CIK: "the vendor's CIK, for commands that have `--cik-file`",
  PROVISION_DATABASE:
    "URL of PostgreSQL, as `--database` has it; here a password does not show in the list of processes",
  PROVISION_KEY:
    "64 hexadecimal digits: the service's master key, in place of the key file in `--data`",
  XDG_CONFIG_HOME: "folder of configuration files, an absolute path; left out: `~/.config`",
  ESPTOOL_PORT: "serial port, as `flash --port` has it",
  MODDABLE:
    "folder of the Moddable SDK: the simulated chip is built with its engine, in place of the one from npm",
  CC: "C compiler that builds the simulated chip; left out: gcc",
  PROVISION_ENGINE: "file of an engine of the simulated chip that is built already",
} as const;

export type EnvironmentVariable = keyof typeof environmentVariables;

/** The variable's text. Undefined: not set, or empty. */
export function readEnvironment(
  name: EnvironmentVariable,
  environment: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const text = environment[name] ?? "";
  return text === "" ? undefined : text;
}
