// The tree of clients (S-18): who is below whom, how many an owner may have below it, and how
// clients leave it.
//
//     acme, a root
//       owner A (clientsMax 2, clientsUsed 2)    counts at any depth: both devices
//         device 1
//         owner B
//           device 2
//
// What a client owned when it goes is its own owner's from then on, and its place in every quota
// above is free again.

import { batches } from "../database/batches.js";
import { type Database, transact } from "../database/database.js";
import type { ClientStore } from "./clients.js";
import type { Description, DescriptionStore } from "./descriptions.js";
import { ownerDepthMax } from "../limits.js";

interface Node {
  readonly rid: string;
  readonly ownerRid: string | null;
  readonly clientsMax: number | null;
}

/** Tables that say something of a client, and go with it; points go apart, there may be many. */
const dependentTables = ["descriptions", "shares", "tokens", "views"] as const;

export class ClientTree {
  readonly #database: Database;
  readonly #clients: ClientStore;
  readonly #descriptions: DescriptionStore;

  constructor(database: Database, clients: ClientStore, descriptions: DescriptionStore) {
    this.#database = database;
    this.#clients = clients;
    this.#descriptions = descriptions;
  }

  /** Whether `rid` is `ancestorRid` or below it (S-18). An unknown RID is below nobody. */
  async holds(rid: string, ancestorRid: string): Promise<boolean> {
    const path = await pathOf(this.#database, rid);
    return path.some((node) => node.rid === ancestorRid);
  }

  /**
   * Makes a client below `ownerRid` and returns its RID; undefined if the owner, or one above it,
   * may have no more. `now`: Unix seconds.
   */
  grow(ownerRid: string, description: Description, now: number): Promise<string | undefined> {
    return transact(this.#database, async (transaction) => {
      if (!(await this.takeRoom(transaction, ownerRid))) return undefined;
      const { rid } = await this.#clients.create(transaction, {
        ownerRid,
        status: "activated",
        activableUntil: null,
        createdAt: now,
        clientsMax: null,
      });
      await this.#descriptions.put(transaction, rid, description);
      return rid;
    });
  }

  /**
   * Counts one more client of `ownerRid` in every quota from there upward. False, and nothing is
   * counted, if there is no such owner or one of the quotas is used up.
   */
  async takeRoom(transaction: Database, ownerRid: string): Promise<boolean> {
    const path = await pathOf(transaction, ownerRid);
    const taken: Node[] = [];
    for (const node of path) {
      if (node.clientsMax === null) continue;
      const { numUpdatedRows } = await transaction
        .updateTable("clients")
        .set((row) => ({ clientsUsed: row("clientsUsed", "+", 1) }))
        .where("rid", "=", node.rid)
        .whereRef("clientsUsed", "<", "clientsMax")
        .executeTakeFirstOrThrow();
      if (numUpdatedRows === 0n) {
        await giveBack(transaction, taken, 1);
        return false;
      }
      taken.push(node);
    }
    return path.length > 0;
  }

  /** Removes clients with all that is known of them. They must have no vendor name and no model. */
  async remove(transaction: Database, rids: readonly string[]): Promise<void> {
    for await (const batch of batches(rids)) await removeBatch(transaction, batch);
  }

  /** Removes the client and all below it. False if one of them has a vendor name or models. */
  drop(rid: string): Promise<boolean> {
    return transact(this.#database, async (transaction) => {
      const dropped = await subtree(transaction, rid);
      for await (const batch of batches(dropped)) {
        if (await isHeld(transaction, batch)) return false;
      }
      // The deepest first: nothing below them is left that would move up.
      await this.remove(transaction, dropped.reverse());
      return true;
    });
  }
}

/** The client and those above it, upward; empty if there is none. */
async function pathOf(executor: Database, rid: string): Promise<Node[]> {
  const path: Node[] = [];
  let current: string | null = rid;
  while (current !== null && path.length <= ownerDepthMax) {
    const node: Node | undefined = await executor
      .selectFrom("clients")
      .where("rid", "=", current)
      .select(["rid", "ownerRid", "clientsMax"])
      .executeTakeFirst();
    if (node === undefined) break;
    path.push(node);
    current = node.ownerRid;
  }
  return path;
}

/** The client and all below it, each after its owner. */
async function subtree(transaction: Database, rid: string): Promise<string[]> {
  const found = [rid];
  for (let first = 0; first < found.length;) {
    const owners = found.slice(first);
    first = found.length;
    for await (const batch of batches(owners)) {
      const below = await transaction
        .selectFrom("clients")
        .where("ownerRid", "in", batch)
        .select("rid")
        .execute();
      for (const node of below) found.push(node.rid);
    }
  }
  return found;
}

async function isHeld(transaction: Database, rids: readonly string[]): Promise<boolean> {
  const vendor = await transaction
    .selectFrom("vendors")
    .where("clientRid", "in", rids)
    .select("name")
    .executeTakeFirst();
  if (vendor !== undefined) return true;
  const model = await transaction
    .selectFrom("models")
    .where("ownerRid", "in", rids)
    .select("id")
    .executeTakeFirst();
  return model !== undefined;
}

async function removeBatch(transaction: Database, rids: readonly string[]): Promise<void> {
  const leaving = await transaction
    .selectFrom("clients")
    .where("rid", "in", rids)
    .select(["rid", "ownerRid"])
    .execute();
  await moveUp(transaction, new Map(leaving.map(({ rid, ownerRid }) => [rid, ownerRid])));
  const countByOwner = new Map<string, number>();
  for (const { ownerRid } of leaving) {
    if (ownerRid !== null) countByOwner.set(ownerRid, (countByOwner.get(ownerRid) ?? 0) + 1);
  }
  for (const [ownerRid, count] of countByOwner) {
    await giveBack(transaction, await pathOf(transaction, ownerRid), count);
  }
  await removePoints(transaction, rids);
  for (const table of dependentTables) {
    await transaction.deleteFrom(table).where("clientRid", "in", rids).execute();
  }
  await transaction.deleteFrom("clients").where("rid", "in", rids).execute();
}

/** Gives what the leaving clients own to the next above that stays. `owners`: by RID. */
async function moveUp(
  transaction: Database,
  owners: ReadonlyMap<string, string | null>,
): Promise<void> {
  if (owners.size === 0) return;
  const below = await transaction
    .selectFrom("clients")
    .where("ownerRid", "in", [...owners.keys()])
    .select(["rid", "ownerRid"])
    .execute();
  for (const { rid, ownerRid } of below) {
    if (owners.has(rid)) continue;
    let next = ownerRid;
    while (next !== null && owners.has(next)) next = owners.get(next) ?? null;
    await transaction
      .updateTable("clients")
      .set({ ownerRid: next })
      .where("rid", "=", rid)
      .execute();
  }
}

async function giveBack(
  transaction: Database,
  nodes: readonly Node[],
  count: number,
): Promise<void> {
  for (const { rid, clientsMax } of nodes) {
    if (clientsMax === null) continue;
    await transaction
      .updateTable("clients")
      .set((row) => ({ clientsUsed: row("clientsUsed", "-", count) }))
      .where("rid", "=", rid)
      .execute();
  }
}

/** Removes what the clients have written, one alias in a statement. */
async function removePoints(transaction: Database, rids: readonly string[]): Promise<void> {
  const writers = await transaction
    .selectFrom("clients as c")
    .where("c.rid", "in", rids)
    .where((row) =>
      row.exists(
        row.selectFrom("points as p").whereRef("p.clientRid", "=", "c.rid").select("p.at"),
      ),
    )
    .select("c.rid")
    .execute();
  for (const { rid } of writers) {
    for (;;) {
      const next = await transaction
        .selectFrom("points")
        .where("clientRid", "=", rid)
        .orderBy("alias")
        .limit(1)
        .select("alias")
        .executeTakeFirst();
      if (next === undefined) break;
      await transaction
        .deleteFrom("points")
        .where("clientRid", "=", rid)
        .where("alias", "=", next.alias)
        .execute();
    }
  }
}
