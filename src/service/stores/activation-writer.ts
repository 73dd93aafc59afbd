// Writes activations: the change of state and the line in the log, together or not at all.
//
// A commit waits for the disk, so activations that ask in the same turn of the event loop, or
// while another commit runs, share one. Each resolves only when its own change is on disk.

import { setImmediate } from "node:timers/promises";
import type { Activation, ActivationLog } from "./activations.js";
import { type Database, transact } from "../database/database.js";
import { activationsPerCommit } from "../limits.js";
import { PreparedQuery } from "../database/prepared-query.js";

export interface ActivationChange extends Activation {
  /** The client to activate. */
  readonly rid: string;
  /** Its CIK's lookup: tells one enablement from the next. */
  readonly cikLookup: Buffer;
}

interface Waiting {
  readonly change: ActivationChange;
  readonly resolve: (isActivated: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export class ActivationWriter {
  readonly #database: Database;
  readonly #log: ActivationLog;
  readonly #activate;
  #waiting: Waiting[] = [];
  #isWriting = false;

  constructor(database: Database, log: ActivationLog) {
    this.#database = database;
    this.#log = log;
    this.#activate = new PreparedQuery<ActivationChange, unknown>((parameter) =>
      database
        .updateTable("clients")
        .set({ status: "activated" })
        .where("rid", "=", parameter("rid"))
        .where("status", "=", "notactivated")
        .where("activableUntil", ">", parameter("at"))
        .where("cikLookup", "=", parameter("cikLookup")),
    );
  }

  /** True for the one caller, of however many, whose change made the client active. */
  write(change: ActivationChange): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (!this.#isWriting) void this.#writeWaiting();
    });
  }

  async #writeWaiting(): Promise<void> {
    this.#isWriting = true;
    await setImmediate();
    while (this.#waiting.length > 0) await this.#writeGroup(this.#takeGroup());
    this.#isWriting = false;
  }

  /** In order of RID: two processes that change the same rows must lock them in one order. */
  #takeGroup(): Waiting[] {
    const group = this.#waiting.splice(0, activationsPerCommit);
    return group.sort((one, other) => (one.change.rid < other.change.rid ? -1 : 1));
  }

  async #writeGroup(group: readonly Waiting[]): Promise<void> {
    try {
      const activated = await transact(this.#database, async (transaction) => {
        const activated = new Set<Waiting>();
        for (const waiting of group) {
          if ((await this.#activate.changes(transaction, waiting.change)) !== 1) continue;
          await this.#log.append(transaction, waiting.change);
          activated.add(waiting);
        }
        return activated;
      });
      for (const waiting of group) waiting.resolve(activated.has(waiting));
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
    }
  }
}
