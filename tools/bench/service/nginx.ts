// nginx with one worker, which serves a folder on a loopback port: what the service is measured
// against. It sends from the page cache, knows no key and asks no database: nothing is faster.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const startTimeMsMax = 10_000;

export class Nginx {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
  ) {}

  /** Serves `folder`, where it also keeps its own files. */
  static async start(folder: string, port: number): Promise<Nginx> {
    const path = join(folder, "nginx.conf");
    writeFileSync(path, configuration(folder, port));
    const child = spawn("nginx", ["-p", folder, "-c", path, "-e", join(folder, "error.log")]);
    const nginx = new Nginx(child, `http://127.0.0.1:${port}`);
    const deadline = performance.now() + startTimeMsMax;
    while (!(await nginx.#answers())) {
      if (performance.now() > deadline || child.exitCode !== null) {
        throw new Error(`nginx does not start: see ${folder}/error.log`);
      }
      await sleep(50);
    }
    return nginx;
  }

  async stop(): Promise<void> {
    const exited = once(this.child, "exit");
    this.child.kill("SIGQUIT");
    await exited;
  }

  async #answers(): Promise<boolean> {
    try {
      await fetch(this.url);
      return true;
    } catch {
      return false;
    }
  }
}

/** Its reply heads are as long as the service's; its log is off, as the service's is. */
function configuration(folder: string, port: number): string {
  const user = process.getuid?.() === 0 ? "user root;" : "";
  return `${user}
daemon off; worker_processes 1; pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off; sendfile on; tcp_nopush on; etag off;
  keepalive_requests 100000000; keepalive_timeout 75s;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server { listen 127.0.0.1:${port}; root ${folder}; }
}
`;
}
