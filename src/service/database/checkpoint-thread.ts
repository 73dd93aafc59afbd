// The thread that writes SQLite's log back into the file. After a large transaction that takes
// hundreds of milliseconds, in which the service's own thread would answer nobody.
//
// Messages to it: "checkpoint" and "close". It reads and changes nothing else.

import { parentPort, workerData } from "node:worker_threads";
import { SqliteHandle } from "./sqlite-handle.js";

const handle = new SqliteHandle(workerData as string);

parentPort?.on("message", (message: "checkpoint" | "close") => {
  if (message === "close") {
    handle.close();
    parentPort?.close();
    return;
  }
  try {
    handle.set("wal_checkpoint(PASSIVE)");
  } catch {
    // Another process has locked the file, or the disk is full: the next message tries again.
  }
});
