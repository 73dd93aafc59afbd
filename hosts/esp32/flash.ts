// The flash port over the SDK's embedded:storage/flash, which has the port's shape and its rules:
// it opens `running`, `nextota` and data partitions by label, and no app partition by label.

import storage from "embedded:storage/flash";
import type { OpenPartition } from "../../src/ports/flash.js";

// ESP-IDF aborts the program that writes into the slot it runs from; read-only throws instead.
export const openPartition: OpenPartition = (path) =>
  storage.open({ path, mode: path === "running" ? "r" : "r+" });
