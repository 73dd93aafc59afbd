// Serials: which serial numbers a model has: listed one by one, or in a range (ranges.ts) until
// they are enabled. The clients behind them are devices.ts.

import { batches } from "../database/batches.js";
import { type Database, transact } from "../database/database.js";
import type { ClientTree } from "./client-tree.js";
import { rowsPerDelete } from "../limits.js";
import { forgetMembers } from "./members.js";
import { changeModel } from "./models.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { RangeStore } from "./ranges.js";

export interface NewSerial {
  readonly sn: string;
  /** Free text of the vendor's. */
  readonly extra: string;
}

export interface Serial {
  readonly id: number;
  /** Null if nothing was enabled, or if it was mapped to another serial. */
  readonly clientRid: string | null;
  readonly enabledBy: string | null;
  /** The last activation of the clients before; null for none. */
  readonly logAfter: number | null;
}

/** Undoes the transaction of `add`; never leaves this file. */
class Duplicate extends Error {}

export class SerialStore {
  readonly #database: Database;
  readonly #ranges: RangeStore;
  readonly #clientTree: ClientTree;
  readonly #find;

  constructor(database: Database, ranges: RangeStore, clientTree: ClientTree) {
    this.#database = database;
    this.#ranges = ranges;
    this.#clientTree = clientTree;
    this.#find = new PreparedQuery<{ modelId: number; sn: string }, Serial>((parameter) =>
      database
        .selectFrom("serials")
        .where("modelId", "=", parameter("modelId"))
        .where("sn", "=", parameter("sn"))
        .select(["id", "clientRid", "enabledBy", "logAfter"]),
    );
  }

  /** The listed serial, or undefined; one in a range may still be known. */
  find(executor: Database, modelId: number, sn: string): Promise<Serial | undefined> {
    return this.#find.first(executor, { modelId, sn });
  }

  /** Whether the model has the serial, listed or in a range. */
  async knows(executor: Database, modelId: number, sn: string): Promise<boolean> {
    if ((await this.find(executor, modelId, sn)) !== undefined) return true;
    return this.#ranges.contains(executor, modelId, sn);
  }

  /** The serial; one that is only in a range is listed from now on. Undefined if unknown. */
  async materialise(
    transaction: Database,
    modelId: number,
    sn: string,
  ): Promise<Serial | undefined> {
    const listed = await this.find(transaction, modelId, sn);
    if (listed !== undefined) return listed;
    if (!(await this.#ranges.contains(transaction, modelId, sn))) return undefined;
    await changeModel(transaction, modelId, "serialsVersion");
    await transaction
      .insertInto("serials")
      .values({ modelId, sn, extra: "" })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return this.find(transaction, modelId, sn);
  }

  /** Adds all or none (S-33). False if one of them exists already or is there twice. */
  async add(modelId: number, serials: readonly NewSerial[]): Promise<boolean> {
    try {
      await transact(this.#database, async (transaction) => {
        await changeModel(transaction, modelId, "serialsVersion");
        for await (const rows of batches(serials)) {
          const { numInsertedOrUpdatedRows } = await transaction
            .insertInto("serials")
            .values(rows.map(({ sn, extra }) => ({ modelId, sn, extra })))
            .onConflict((conflict) => conflict.doNothing())
            .executeTakeFirstOrThrow();
          if (numInsertedOrUpdatedRows !== BigInt(rows.length)) throw new Duplicate();
        }
      });
      return true;
    } catch (error) {
      if (error instanceof Duplicate) return false;
      throw error;
    }
  }

  /**
   * Takes serials from the list and from all groups, and removes their clients: their keys are dead
   * (S-34). Unknown ones are ignored.
   */
  async remove(modelId: number, serials: readonly string[]): Promise<void> {
    await transact(this.#database, async (transaction) => {
      await changeModel(transaction, modelId, "serialsVersion");
      for await (const names of batches(serials, rowsPerDelete)) {
        const removed = await transaction
          .deleteFrom("serials")
          .where("modelId", "=", modelId)
          .where("sn", "in", names)
          .returning("clientRid")
          .execute();
        await this.#removeClients(transaction, removed);
        await forgetMembers(transaction, modelId, "sn", names);
      }
    });
  }

  /** Removes some serials of a model that is being deleted. False if it has none. */
  async removeSome(transaction: Database, modelId: number): Promise<boolean> {
    const some = await transaction
      .selectFrom("serials")
      .where("modelId", "=", modelId)
      .limit(rowsPerDelete)
      .select("id")
      .execute();
    if (some.length === 0) return false;
    const ids = some.map(({ id }) => id);
    const removed = await transaction
      .deleteFrom("serials")
      .where("id", "in", ids)
      .returning("clientRid")
      .execute();
    await this.#removeClients(transaction, removed);
    return true;
  }

  /** Removes the clients behind serials that are gone. */
  async #removeClients(
    transaction: Database,
    serials: readonly { readonly clientRid: string | null }[],
  ): Promise<void> {
    const rids = serials.flatMap(({ clientRid }) => (clientRid === null ? [] : [clientRid]));
    await this.#clientTree.remove(transaction, rids);
  }
}
