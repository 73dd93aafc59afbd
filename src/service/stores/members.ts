// What groups hold: contents, serials, other groups (S-46). Members go by name within their model;
// a group that holds itself, over however many others, cannot be made. What follows from all this
// for a device is grants.ts.

import { batches } from "../database/batches.js";
import { type Database, transact } from "../database/database.js";
import { holdModel } from "./models.js";
import type { Page } from "../http/page.js";
import { PreparedQuery } from "../database/prepared-query.js";
import type { RangeStore } from "./ranges.js";
import type { MemberType } from "../database/schema.js";
import { containsSerial } from "./serial-range.js";

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

type MemberFault = "unknown-content" | "unknown-group" | "unknown-serial" | "nesting";

/** Undoes the transaction of `put`; never leaves this file. */
class Fault extends Error {
  constructor(readonly fault: MemberFault) {
    super(fault);
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

export class MemberStore {
  readonly #remove;

  constructor(
    private readonly database: Database,
    private readonly ranges: RangeStore,
  ) {
    this.#remove = new PreparedQuery<GroupKey & MemberKey, unknown>((parameter) =>
      database
        .deleteFrom("members")
        .where("modelId", "=", parameter("modelId"))
        .where("groupName", "=", parameter("group"))
        .where("type", "=", parameter("type"))
        .where("name", "=", parameter("name")),
    );
  }

  /** Direct members by type and name, expired ones included (S-48). */
  list({ modelId, group }: GroupKey, key: Partial<MemberKey>, page?: Page): Promise<Member[]> {
    let members = this.database
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
    const { count } = await this.database
      .selectFrom("members")
      .where("modelId", "=", modelId)
      .where("groupName", "=", group)
      .select(({ fn }) => fn.countAll<number | string>().as("count"))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  /** Names of the groups that hold something directly, in byte order. */
  async groupsOf(modelId: number, { type, name }: MemberKey, page: Page): Promise<string[]> {
    const groups = await this.database
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
    // The last of several rows about one member counts; none may be there twice in a statement.
    const byKey = new Map(members.map((member) => [`${member.type} ${member.name}`, member]));
    const batch = [...byKey.values()];
    try {
      await transact(this.database, async (transaction) => {
        await holdModel(transaction, group.modelId);
        await this.#check(transaction, group, batch);
        await this.#write(transaction, group, batch);
      });
      return undefined;
    } catch (error) {
      if (error instanceof Fault) return error.fault;
      throw error;
    }
  }

  async #write(
    transaction: Database,
    { modelId, group }: GroupKey,
    members: readonly Member[],
  ): Promise<void> {
    for await (const rows of batches(members)) {
      await transaction
        .insertInto("members")
        .values(rows.map((member) => ({ modelId, groupName: group, ...member })))
        .onConflict((conflict) =>
          conflict.columns(["modelId", "groupName", "type", "name"]).doUpdateSet((row) => ({
            expiresAt: row.ref("excluded.expiresAt"),
            meta: row.ref("excluded.meta"),
          })),
        )
        .execute();
    }
  }

  async #check(
    transaction: Database,
    { modelId, group }: GroupKey,
    members: readonly Member[],
  ): Promise<void> {
    const names = (type: MemberType): string[] =>
      members.filter((member) => member.type === type).map(({ name }) => name);
    const contents = await missingNames(names("content"), (batch) =>
      transaction
        .selectFrom("contents")
        .where("modelId", "=", modelId)
        .where("name", "in", batch)
        .select("name")
        .execute(),
    );
    if (contents.length > 0) throw new Fault("unknown-content");
    const groups = await missingNames([group, ...names("group")], (batch) =>
      transaction
        .selectFrom("groups")
        .where("modelId", "=", modelId)
        .where("name", "in", batch)
        .select("name")
        .execute(),
    );
    if (groups.length > 0) throw new Fault("unknown-group");
    const serials = await missingNames(names("sn"), (batch) =>
      transaction
        .selectFrom("serials")
        .where("modelId", "=", modelId)
        .where("sn", "in", batch)
        .select("sn as name")
        .execute(),
    );
    const ranges = serials.length === 0 ? [] : await this.ranges.list(transaction, modelId);
    const isInRange = (sn: string): boolean => ranges.some((range) => containsSerial(range, sn));
    if (!serials.every(isInRange)) throw new Fault("unknown-serial");
    await checkNesting(transaction, { modelId, group }, names("group"));
  }

  /** Takes members from a group; those it does not hold are ignored (S-48). */
  async remove(group: GroupKey, members: readonly MemberKey[]): Promise<void> {
    await transact(this.database, async (transaction) => {
      await holdModel(transaction, group.modelId);
      for (const member of members) {
        await this.#remove.changes(transaction, { ...group, ...member });
      }
    });
  }
}

/** Those of `names` that `find` does not return, asked for in batches. */
async function missingNames(
  names: readonly string[],
  find: (batch: readonly string[]) => Promise<{ name: string }[]>,
): Promise<string[]> {
  const missing = new Set(names);
  for await (const batch of batches(names)) {
    const found = await find(batch);
    for (const { name } of found) missing.delete(name);
  }
  return [...missing];
}

/** Refuses to put a group into itself or into one that it holds, directly or not. */
async function checkNesting(
  transaction: Database,
  { modelId, group }: GroupKey,
  nested: readonly string[],
): Promise<void> {
  if (nested.length === 0) return;
  const holders = await transaction
    .withRecursive("holder(name)", (query) =>
      query
        .selectFrom("groups")
        .where("modelId", "=", modelId)
        .where("name", "=", group)
        .select("name")
        .union(
          query
            .selectFrom("members as m")
            .innerJoin("holder as h", "h.name", "m.name")
            .where("m.modelId", "=", modelId)
            .where("m.type", "=", "group")
            .select("m.groupName as name"),
        ),
    )
    .selectFrom("holder")
    .select("name")
    .execute();
  const names = new Set(holders.map(({ name }) => name));
  if (nested.some((name) => names.has(name))) throw new Fault("nesting");
}
