// Devices: the clients behind serials, and their life (S-24 to S-30).
//
//     no client --enable--> notactivated --activate--> activated
//                  regenerate: any -> notactivated, with a new CIK and a new window
//                  disable:    any -> expired;  the window passes: notactivated counts as expired
//
// Whoever asks has been authorised before; here is only what the state allows. Each change is one
// statement that names the state it starts from, so however many ask at once, one succeeds.

import type { ActivationWriter } from "./activation-writer.js";
import type { ClientStore } from "./clients.js";
import type { ClientTree } from "./client-tree.js";
import { type Database, transact } from "../database/database.js";
import type { KeyVault } from "./key-vault.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { ClientStatus } from "../database/schema.js";
import type { SerialStore } from "./serials.js";

export interface Enablement {
  readonly modelId: number;
  readonly sn: string;
  readonly ownerRid: string;
  /** The vendor client that asks. */
  readonly enabledBy: string;
  /** Unix seconds. */
  readonly now: number;
  readonly activableUntil: number;
}

export interface ActivationRequest {
  readonly vendor: string;
  readonly model: string;
  readonly sn: string;
  /** Unix seconds. */
  readonly now: number;
  readonly address: string;
  /** The body as posted, for the log. */
  readonly entry: Buffer;
}

export interface Remapping {
  readonly modelId: number;
  readonly oldSn: string;
  readonly sn: string;
  readonly clientRid: string;
  /** Unix seconds. */
  readonly activableUntil: number;
}

interface Candidate {
  readonly modelId: number;
  /** Null if the serial is not listed. */
  readonly serialId: number | null;
  readonly rid: string | null;
  readonly status: ClientStatus | null;
  readonly activableUntil: number | null;
  readonly cikLookup: Buffer | null;
  readonly cikSealed: Buffer | null;
}

/** Why a change was not made. */
type DeviceFault = "unknown-serial" | "client-exists" | "client-gone" | "owner-full";

/** Undoes a transaction; never leaves this file. */
class Undone extends Error {
  readonly fault: DeviceFault;

  constructor(fault: DeviceFault) {
    super(fault);
    this.fault = fault;
  }
}

export class DeviceStore {
  readonly #database: Database;
  readonly #vault: KeyVault;
  readonly #clients: ClientStore;
  readonly #tree: ClientTree;
  readonly #serials: SerialStore;
  readonly #writer: ActivationWriter;
  readonly #candidate;

  constructor(
    database: Database,
    vault: KeyVault,
    clients: ClientStore,
    tree: ClientTree,
    serials: SerialStore,
    writer: ActivationWriter,
  ) {
    this.#database = database;
    this.#vault = vault;
    this.#clients = clients;
    this.#tree = tree;
    this.#serials = serials;
    this.#writer = writer;
    this.#candidate = new PreparedQuery<{ vendor: string; model: string; sn: string }, Candidate>(
      (parameter) =>
        database
          .selectFrom("vendors as v")
          .innerJoin("models as m", "m.ownerRid", "v.clientRid")
          .leftJoin("serials as s", (join) =>
            join.onRef("s.modelId", "=", "m.id").on("s.sn", "=", parameter("sn")),
          )
          .leftJoin("clients as c", "c.rid", "s.clientRid")
          .where("v.name", "=", parameter("vendor"))
          .where("m.name", "=", parameter("model"))
          .select(["m.id as modelId", "s.id as serialId", "c.rid", "c.status", "c.activableUntil"])
          .select(["c.cikLookup", "c.cikSealed"]),
    );
  }

  /**
   * Activates the device and returns its CIK; only the first of any number of callers gets it.
   * `not-enabled`: never enabled, disabled, too late, or activated already (S-25).
   */
  async activate(
    request: ActivationRequest,
  ): Promise<{ cik: string } | "unknown-serial" | "not-enabled"> {
    const { vendor, model, sn, now, address, entry } = request;
    const candidate = await this.#candidate.first(this.#database, { vendor, model, sn });
    if (candidate === undefined) return "unknown-serial";
    const { modelId, serialId, rid, status, activableUntil, cikLookup, cikSealed } = candidate;
    if (serialId === null) {
      const isKnown = await this.#serials.knows(this.#database, modelId, sn);
      return isKnown ? "not-enabled" : "unknown-serial";
    }
    if (rid === null || cikLookup === null || cikSealed === null) return "not-enabled";
    // Refused without a transaction: a device that keeps asking must not cost a write.
    if (status !== "notactivated" || (activableUntil ?? 0) <= now) return "not-enabled";

    const cik = this.#vault.open(cikSealed, rid);
    const change = { serialId, rid, cikLookup, at: now, address, entry };
    return (await this.#writer.write(change)) ? { cik } : "not-enabled";
  }

  /** Makes a client under the owner and puts it behind an unused serial. Returns its RID. */
  enable(enablement: Enablement): Promise<{ rid: string } | DeviceFault> {
    const { modelId, sn, ownerRid, enabledBy, now, activableUntil } = enablement;
    return this.#change(async (transaction) => {
      const serialId = await this.#unusedSerial(transaction, modelId, sn);
      if (!(await this.#tree.takeRoom(transaction, ownerRid))) throw new Undone("owner-full");
      const { rid } = await this.#clients.create(transaction, {
        ownerRid,
        status: "notactivated",
        activableUntil,
        createdAt: now,
        clientsMax: null,
      });
      await attach(transaction, serialId, rid, enabledBy);
      return { rid };
    });
  }

  /**
   * Puts the client behind `oldSn` behind `sn` instead, with a new CIK and a new window (S-30).
   * `clientRid`: the client that the caller has found there.
   */
  remap(remapping: Remapping): Promise<"remapped" | DeviceFault> {
    const { modelId, oldSn, sn, clientRid, activableUntil } = remapping;
    return this.#change<"remapped">(async (transaction) => {
      const serialId = await this.#unusedSerial(transaction, modelId, sn);
      // The client before its serial: activations lock them in this order, too.
      const isThere = await this.#regenerate(transaction, clientRid, activableUntil);
      if (!isThere) throw new Undone("client-gone");
      const old = await transaction
        .updateTable("serials")
        .set({ clientRid: null })
        .where("modelId", "=", modelId)
        .where("sn", "=", oldSn)
        .where("clientRid", "=", clientRid)
        .returning("enabledBy")
        .executeTakeFirst();
      // Somebody else has moved it in the meantime.
      if (old === undefined) throw new Undone("client-gone");
      await attach(transaction, serialId, clientRid, old.enabledBy);
      return "remapped";
    });
  }

  /** Runs a change of several rows, all or none, and returns why it was undone. */
  async #change<Result>(
    run: (transaction: Database) => Promise<Result>,
  ): Promise<Result | DeviceFault> {
    try {
      return await transact(this.#database, run);
    } catch (error) {
      if (error instanceof Undone) return error.fault;
      throw error;
    }
  }

  async #unusedSerial(transaction: Database, modelId: number, sn: string): Promise<number> {
    const serial = await this.#serials.materialise(transaction, modelId, sn);
    if (serial === undefined) throw new Undone("unknown-serial");
    if (serial.clientRid !== null) throw new Undone("client-exists");
    return serial.id;
  }

  /** Gives the client a new CIK and a new window; the old CIK is dead at once (S-29). */
  regenerate(rid: string, activableUntil: number): Promise<boolean> {
    return this.#regenerate(this.#database, rid, activableUntil);
  }

  async #regenerate(executor: Database, rid: string, activableUntil: number): Promise<boolean> {
    const { cikLookup, cikSealed } = this.#clients.newKey(rid);
    const { numUpdatedRows } = await executor
      .updateTable("clients")
      .set({ status: "notactivated", activableUntil, cikLookup, cikSealed })
      .where("rid", "=", rid)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Kills the client's CIK until it is regenerated. False if the client is gone. */
  async disable(rid: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#database
      .updateTable("clients")
      .set({ status: "expired" })
      .where("rid", "=", rid)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }
}

/** Puts a client behind a serial, unless another request was first. */
async function attach(
  transaction: Database,
  serialId: number,
  clientRid: string,
  enabledBy: string | null,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable("serials")
    .set((row) => ({
      clientRid,
      enabledBy,
      logAfter: row
        .selectFrom("activations as a")
        .where("a.serialId", "=", serialId)
        .select((line) => line.fn.coalesce(line.fn.max("a.id"), line.val(0)).as("id")),
    }))
    .where("id", "=", serialId)
    .where("clientRid", "is", null)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows !== 1n) throw new Undone("client-exists");
}
