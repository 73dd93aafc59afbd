// docs/reference/configuration.md: environment variables, the file of `provision login`, and the
// options of the service.

import { makeProgram } from "../../src/cli/program.js";
import { configFields } from "../../src/cli/terminal/config-file.js";
import { environmentVariables } from "../../src/cli/terminal/environment.js";
import { leavesOf, nameOf, optionLine } from "./command-page.js";

/** Markdown. */
export function configurationPage(): string {
  const variables = Object.entries(environmentVariables).map(([name, text]) => {
    return `| \`${name}\` | ${text} |`;
  });
  const fields = Object.entries(configFields).map(([name, text]) => `| \`${name}\` | ${text} |`);
  return [
    "# Configuration",
    "Written by `npm run reference` from the program.",
    "## Environment variables",
    "An option on the command line wins over its variable; a variable wins over what `provision login` has kept. An empty variable counts as not set.",
    ["| Variable | Meaning |", "| --- | --- |", ...variables].join("\n"),
    "## Configuration file",
    "`provision login` writes `provision/config.json` in the folder of configuration files, with mode 600: a file that others may open is refused. It is a JSON object:",
    ["| Member | Meaning |", "| --- | --- |", ...fields].join("\n"),
    "## Options of the service",
    "Of `provision serve`. A program that starts the service itself has the same and more: [`provision-agent/service`](api.md).",
    serviceOptions().join("\n"),
    "## Options of the agent",
    "A product passes them to `startAgent`: [`AgentOptions`](api.md#agentoptions).",
  ].join("\n\n");
}

function serviceOptions(): string[] {
  const serve = leavesOf(makeProgram()).find((command) => nameOf(command) === "provision serve");
  return (serve?.options ?? []).map(optionLine);
}
