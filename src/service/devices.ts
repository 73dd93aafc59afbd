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
import type { Database } from "./database.js";
import type { KeyVault } from "./key-vault.js";
import { PreparedQuery } from "./prepared-query.js";
import type { ClientStatus } from "./schema.js";
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

/** Undoes the transaction of `enable`; never leaves this file. */
class LostRace extends Error {}

export class DeviceStore {
  readonly #candidate;

  constructor(
    private readonly database: Database,
    private readonly vault: KeyVault,
    private readonly clients: ClientStore,
    private readonly serials: SerialStore,
    private readonly writer: ActivationWriter,
  ) {
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
    const candidate = await this.#candidate.first(this.database, { vendor, model, sn });
    if (candidate === undefined) return "unknown-serial";
    const { modelId, serialId, rid, status, activableUntil, cikLookup, cikSealed } = candidate;
    if (serialId === null) {
      const isKnown = await this.serials.knows(this.database, modelId, sn);
      return isKnown ? "not-enabled" : "unknown-serial";
    }
    if (rid === null || cikLookup === null || cikSealed === null) return "not-enabled";
    // Refused without a transaction: a device that keeps asking must not cost a write.
    if (status !== "notactivated" || (activableUntil ?? 0) <= now) return "not-enabled";

    const cik = this.vault.open(cikSealed, rid);
    const change = { serialId, rid, cikLookup, at: now, address, entry };
    return (await this.writer.write(change)) ? { cik } : "not-enabled";
  }

  /** Makes a client under the owner and puts it behind an unused serial. Returns its RID. */
  async enable(
    enablement: Enablement,
  ): Promise<{ rid: string } | "unknown-serial" | "client-exists" | "owner-full"> {
    const { modelId, sn, ownerRid, enabledBy, now, activableUntil } = enablement;
    try {
      return await this.database.transaction().execute(async (transaction) => {
        const serial = await this.serials.materialise(transaction, modelId, sn);
        if (serial === undefined) return "unknown-serial";
        if (serial.clientRid !== null) return "client-exists";
        if (!(await this.clients.hasRoom(transaction, ownerRid))) return "owner-full";
        const { rid } = await this.clients.create(transaction, {
          ownerRid,
          status: "notactivated",
          activableUntil,
          createdAt: now,
          clientsMax: null,
        });
        const { numUpdatedRows } = await transaction
          .updateTable("serials")
          .set({ clientRid: rid, enabledBy })
          .where("id", "=", serial.id)
          .where("clientRid", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows !== 1n) throw new LostRace();
        return { rid };
      });
    } catch (error) {
      if (error instanceof LostRace) return "client-exists";
      throw error;
    }
  }

  /**
   * Puts the client behind `oldSn` behind `sn` instead, with a new CIK and a new window (S-30).
   * `clientRid`: the client that the caller has found there.
   */
  async remap(
    { modelId, oldSn, sn, clientRid }: Remapping,
    activableUntil: number,
  ): Promise<"remapped" | "unknown-serial" | "client-exists" | "client-gone"> {
    return this.database.transaction().execute(async (transaction) => {
      const serial = await this.serials.materialise(transaction, modelId, sn);
      if (serial === undefined) return "unknown-serial";
      if (serial.clientRid !== null) return "client-exists";
      const old = await transaction
        .updateTable("serials")
        .set({ clientRid: null })
        .where("modelId", "=", modelId)
        .where("sn", "=", oldSn)
        .where("clientRid", "=", clientRid)
        .returning("enabledBy")
        .executeTakeFirst();
      // Somebody else has moved it in the meantime.
      if (old === undefined) return "client-gone";
      await transaction
        .updateTable("serials")
        .set({ clientRid, enabledBy: old.enabledBy })
        .where("id", "=", serial.id)
        .execute();
      const isThere = await this.#regenerate(transaction, clientRid, activableUntil);
      return isThere ? "remapped" : "client-gone";
    });
  }

  /** Gives the client a new CIK and a new window; the old CIK is dead at once (S-29). */
  regenerate(rid: string, activableUntil: number): Promise<boolean> {
    return this.#regenerate(this.database, rid, activableUntil);
  }

  async #regenerate(executor: Database, rid: string, activableUntil: number): Promise<boolean> {
    const { cikLookup, cikSealed } = this.clients.newKey(rid);
    const { numUpdatedRows } = await executor
      .updateTable("clients")
      .set({ status: "notactivated", activableUntil, cikLookup, cikSealed })
      .where("rid", "=", rid)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }

  /** Kills the client's CIK until it is regenerated. False if the client is gone. */
  async disable(rid: string): Promise<boolean> {
    const { numUpdatedRows } = await this.database
      .updateTable("clients")
      .set({ status: "expired" })
      .where("rid", "=", rid)
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  }
}
