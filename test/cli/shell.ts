// Runs the command line as a user does, with a home of its own, against a service in this process.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { VendorCredentials } from "../../src/service/admin.js";
import { startService, type Service } from "../../src/service/service.js";

const program = resolve("build/src/cli/main.js");

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly stdin?: string;
}

export class Shell {
  private constructor(
    readonly folder: string,
    readonly service: Service,
    readonly acme: VendorCredentials,
  ) {}

  static async open(): Promise<Shell> {
    const folder = mkdtempSync(join(tmpdir(), "provision-shell-"));
    mkdirSync(join(folder, "data"));
    const service = await startService({ dataDirectory: join(folder, "data"), port: 0 });
    return new Shell(folder, service, await service.admin.createVendor("acme"));
  }

  async close(): Promise<void> {
    await this.service.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get server(): string {
    return `http://127.0.0.1:${this.service.port}`;
  }

  /** With nothing in the environment but what is said. */
  run(words: readonly string[], { environment = {}, stdin = "" }: RunOptions = {}): Promise<Ended> {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: this.folder,
      env: { PATH: process.env["PATH"], HOME: this.folder, ...environment },
    });
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdin.on("error", () => undefined).end(stdin);
    return new Promise((done) => {
      child.once("close", (code) => done({ code, stdout, stderr }));
    });
  }

  /** As the vendor, by its token or, with `by` "cik", its CIK; it must work. @returns stdout */
  async provision(line: string, by: "token" | "cik" = "token"): Promise<string> {
    const key =
      by === "token" ? { PROVISION_TOKEN: this.acme.token } : { PROVISION_CIK: this.acme.cik };
    const environment = { PROVISION_SERVER: this.server, ...key };
    const { code, stdout, stderr } = await this.run(line.split(" "), { environment });
    assert.equal(code, 0, stderr);
    return stdout;
  }

  async json(line: string, by?: "token" | "cik"): Promise<unknown> {
    return JSON.parse(await this.provision(`${line} --json`, by));
  }
}
