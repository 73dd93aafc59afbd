// What groups hold: contents, serials, other groups (S-46). Members go by name within their model;
// a group that holds itself, over however many others, cannot be made. What follows from all this
// for a device is grants.ts.

import { batches } from "../database/batches.js";
import { type Database, transact } from "../database/database.js";
import { holdModel } from "./models.js";
import type { Page } from "../http/page.js";
import type { MemberType } from "../database/schema.js";
import { rowsPerInsert } from "../limits.js";
import { nestingFault } from "./nesting.js";
import type { RangeStore } from "./ranges.js";

export interface MemberKey {
  readonly type: MemberType;
  readonly name: string;
}

export interface Member extends MemberKey {
  /** Unix seconds; null for never. */
  readonly expiresAt: number | null;
  /** Free text of the vendor's. */
  readonly meta: string;
}

export interface GroupKey {
  readonly modelId: number;
  readonly group: string;
}

type MemberFault =
  "unknown-content" | "unknown-group" | "unknown-serial" | "nesting" | "nesting-depth";

/** Undoes the transaction of `put`; never leaves this file. */
class Fault extends Error {
  readonly fault: MemberFault;

  constructor(fault: MemberFault) {
    super(fault);
    this.fault = fault;
  }
}

/** Takes members of one type and these names from all groups of the model: they are gone. */
export async function forgetMembers(
  transaction: Database,
  modelId: number,
  type: MemberType,
  names: readonly string[],
): Promise<void> {
  await transaction
    .deleteFrom("members")
    .where("modelId", "=", modelId)
    .where("type", "=", type)
    .where("name", "in", names)
    .execute();
}

/** Takes some members from a group that is to be empty. False if it is. */
export async function emptyGroup(
  transaction: Database,
  { modelId, group }: GroupKey,
): Promise<boolean> {
  const [first, ...others] = await transaction
    .selectFrom("members")
    .where("modelId", "=", modelId)
    .where("groupName", "=", group)
    .orderBy("type")
    .orderBy("name")
    .limit(rowsPerInsert)
    .select(["type", "name"])
    .execute();
  if (first === undefined) return false;
  const similar = others.filter(({ type }) => type === first.type);
  await transaction
    .deleteFrom("members")
    .where("modelId", "=", modelId)
    .where("groupName", "=", group)
    .where("type", "=", first.type)
    .where(
      "name",
      "in",
      [first, ...similar].map(({ name }) => name),
    )
    .execute();
  return true;
}

export class MemberStore {
  readonly #database: Database;
  readonly #ranges: RangeStore;

  constructor(database: Database, ranges: RangeStore) {
    this.#database = database;
    this.#ranges = ranges;
  }

  /** Direct members by type and name, expired ones included (S-48). */
  list({ modelId, group }: GroupKey, key: Partial<MemberKey>, page?: Page): Promise<Member[]> {
    let members = this.#database
      .selectFrom("members")
      .where("modelId", "=", modelId)
      .where("groupName", "=", group)
      .orderBy("type")
      .orderBy("name")
      .select(["type", "name", "expiresAt", "meta"]);
    if (key.type !== undefined) members = members.where("type", "=", key.type);
    if (key.name !== undefined) members = members.where("name", "=", key.name);
    if (page !== undefined) members = members.offset(page.offset).limit(page.limit);
    return members.execute();
  }

  /** How many direct members a group has, expired ones included. */
  async count({ modelId, group }: GroupKey): Promise<number> {
    const { count } = await this.#database
      .selectFrom("members")
      .where("modelId", "=", modelId)
      .where("groupName", "=", group)
      .select(({ fn }) => fn.countAll<number | string>().as("count"))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Names of the groups that hold something directly, in byte order. */
  async groupsOf(modelId: number, { type, name }: MemberKey, page: Page): Promise<string[]> {
    const groups = await this.#database
      .selectFrom("members")
      .where("modelId", "=", modelId)
      .where("type", "=", type)
      .where("name", "=", name)
      .orderBy("groupName")
      .offset(page.offset)
      .limit(page.limit)
      .select("groupName")
      .execute();
    return groups.map(({ groupName }) => groupName);
  }

  /** Adds members, or updates those that are there; all or none. Returns what prevents it. */
  async put(group: GroupKey, members: readonly Member[]): Promise<MemberFault | undefined> {
    try {
      await transact(this.#database, async (transaction) => {
        await holdModel(transaction, group.modelId);
        const nested = await this.#check(transaction, group, members);
        const fault = await nestingFault(transaction, group, nested);
        if (fault !== undefined) throw new Fault(fault);
        await write(transaction, group, members);
      });
      return undefined;
    } catch (error) {
      if (error instanceof Fault) return error.fault;
      throw error;
    }
  }

  /** Refuses a group or members that are not there; returns the names of the groups to be held. */
  async #check(
    transaction: Database,
    { modelId, group }: GroupKey,
    members: readonly Member[],
  ): Promise<string[]> {
    const groupsMissing = await missingNames(transaction, modelId, "group", [group]);
    if (groupsMissing.length > 0) throw new Fault("unknown-group");
    const nested: string[] = [];
    for await (const batch of batches(members)) {
      for (const type of ["content", "group", "sn"] as const) {
        const names = namesOf(batch, type);
        const missing = await missingNames(transaction, modelId, type, names);
        if (type === "group") nested.push(...names);
        if (missing.length === 0) continue;
        if (type !== "sn") throw new Fault(`unknown-${type}`);
        const ranges = await this.#ranges.index(transaction, modelId);
        if (!missing.every((sn) => ranges.has(sn))) throw new Fault("unknown-serial");
      }
    }
    return nested;
  }

  /** Takes members from a group; those it does not hold are ignored (S-48). */
  async remove({ modelId, group }: GroupKey, members: readonly MemberKey[]): Promise<void> {
    await transact(this.#database, async (transaction) => {
      await holdModel(transaction, modelId);
      for await (const batch of batches(members)) {
        for (const type of ["content", "group", "sn"] as const) {
          const names = namesOf(batch, type);
          if (names.length === 0) continue;
          await transaction
            .deleteFrom("members")
            .where("modelId", "=", modelId)
            .where("groupName", "=", group)
            .where("type", "=", type)
            .where("name", "in", names)
            .execute();
        }
      }
    });
  }
}

async function write(
  transaction: Database,
  { modelId, group }: GroupKey,
  members: readonly Member[],
): Promise<void> {
  for await (const batch of batches(members)) {
    // The last of several rows about one member counts; a statement may have one only.
    const byKey = new Map(batch.map((member) => [`${member.type} ${member.name}`, member]));
    await transaction
      .insertInto("members")
      .values([...byKey.values()].map((member) => ({ modelId, groupName: group, ...member })))
      .onConflict((conflict) =>
        conflict.columns(["modelId", "groupName", "type", "name"]).doUpdateSet((row) => ({
          expiresAt: row.ref("excluded.expiresAt"),
          meta: row.ref("excluded.meta"),
        })),
      )
      .execute();
  }
}

function namesOf(members: readonly MemberKey[], type: MemberType): string[] {
  return members.filter((member) => member.type === type).map(({ name }) => name);
}

/** Those of `names` that the model does not list. */
async function missingNames(
  transaction: Database,
  modelId: number,
  type: MemberType,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  const found = new Set(await listedNames(transaction, modelId, type, names));
  return names.filter((name) => !found.has(name));
}

async function listedNames(
  transaction: Database,
  modelId: number,
  type: MemberType,
  names: readonly string[],
): Promise<string[]> {
  if (type === "sn") {
    const serials = await transaction
      .selectFrom("serials")
      .where("modelId", "=", modelId)
      .where("sn", "in", names)
      .select("sn")
      .execute();
    return serials.map(({ sn }) => sn);
  }
  const named = await transaction
    .selectFrom(type === "content" ? "contents" : "groups")
    .where("modelId", "=", modelId)
    .where("name", "in", names)
    .select("name")
    .execute();
  return named.map(({ name }) => name);
}
