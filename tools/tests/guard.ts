// Holds the fast tier to its promise: in a process that has called `forbidWaiting`, starting a
// process or opening a port throws. Call it before a test file is loaded.

import childProcess from "node:child_process";
import dgram from "node:dgram";
import { syncBuiltinESMExports } from "node:module";
import net from "node:net";

function refuse(what: string): () => never {
  return () => {
    throw new Error(
      `a test of the fast tier may not ${what}: move it to another tier (tools/tests/tier.ts)`,
    );
  };
}

export function forbidWaiting(): void {
  const starts = ["exec", "execFile", "execFileSync", "execSync", "fork", "spawn", "spawnSync"];
  for (const name of starts) Object.assign(childProcess, { [name]: refuse("start a process") });
  net.Server.prototype.listen = refuse("open a port");
  net.Socket.prototype.connect = refuse("open a connection");
  dgram.Socket.prototype.bind = refuse("open a port");
  syncBuiltinESMExports();
}
