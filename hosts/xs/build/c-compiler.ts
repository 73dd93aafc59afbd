// The C compiler of the host: finding out that it is there, running it, and what to tell a person
// when it is not.

import { spawn } from "node:child_process";

export type EngineBuildErrorKind = "no-compiler" | "no-32-bit" | "no-sources" | "compile-failed";

/** The C host cannot be built. The message is one line that says what to do. */
export class EngineBuildError extends Error {
  override readonly name = "EngineBuildError";
  readonly kind: EngineBuildErrorKind;

  constructor(kind: EngineBuildErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

interface Outcome {
  readonly ok: boolean;
  /** What the compiler said, on either stream. */
  readonly output: string;
}

const compiler = process.env["CC"] ?? "gcc";

function run(parameters: readonly string[], input = ""): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, parameters, { stdio: ["pipe", "pipe", "pipe"] });
    let output = "";
    const gather = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", gather);
    child.stderr.on("data", gather);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") {
        const hint = "install one: apt-get install gcc make";
        reject(new EngineBuildError("no-compiler", `no C compiler (${compiler}); ${hint}`));
      } else {
        reject(error);
      }
    });
    child.on("close", (code) => {
      resolve({ ok: code === 0, output });
    });
    child.stdin.on("error", () => undefined); // the compiler may end without reading
    child.stdin.end(input);
  });
}

/**
 * Makes sure that there is a compiler and that it can build for `bits`.
 * Throws EngineBuildError `no-compiler` or `no-32-bit`.
 */
export async function checkCompiler(bits: 32 | 64): Promise<void> {
  const machine = bits === 32 ? ["-m32"] : [];
  const program = "#include <stdio.h>\nint main(void) { return 0; }\n";
  const probe = await run([...machine, "-x", "c", "-o", "/dev/null", "-"], program);
  if (probe.ok) return;
  if (bits === 32) {
    const hint = "install them: apt-get install gcc-multilib";
    throw new EngineBuildError("no-32-bit", `no C headers or libraries for 32 bit; ${hint}`);
  }
  const hint = "install a whole one: apt-get install gcc make libc6-dev";
  throw new EngineBuildError("no-compiler", `${compiler} cannot build a program; ${hint}`);
}

/** Throws EngineBuildError `compile-failed`, whose message ends in the compiler's own words. */
export async function compile(what: string, parameters: readonly string[]): Promise<void> {
  const { ok, output } = await run(parameters);
  if (!ok) throw new EngineBuildError("compile-failed", `${what} does not compile:\n${output}`);
}
