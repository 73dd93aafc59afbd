// Which groups may hold which: no group itself, over however many others, and none in a way that
// makes a nesting deeper than `nestingDepthMax`: a device's request follows it each time.
//
//     all > customers > acme        depth 2; a group that holds `all` makes it 3

import { batches } from "../database/batches.js";
import type { Database } from "../database/database.js";
import { nestingDepthMax } from "../limits.js";

/** The groups that are reached from some, each with those that follow it directly. */
type Reach = ReadonlyMap<string, readonly string[]>;

/** What prevents that `group` holds the groups `nested`, too; undefined if nothing does. */
export async function nestingFault(
  transaction: Database,
  { modelId, group }: { readonly modelId: number; readonly group: string },
  nested: readonly string[],
): Promise<"nesting" | "nesting-depth" | undefined> {
  if (nested.length === 0) return undefined;
  const above = await reach([group], (names) =>
    transaction
      .selectFrom("members")
      .where("modelId", "=", modelId)
      .where("type", "=", "group")
      .where("name", "in", names)
      .select(["name as from", "groupName as to"])
      .execute(),
  );
  if (nested.some((name) => above.has(name))) return "nesting";
  const below = await reach(nested, (names) =>
    transaction
      .selectFrom("members")
      .where("modelId", "=", modelId)
      .where("groupName", "in", names)
      .where("type", "=", "group")
      .select(["groupName as from", "name as to"])
      .execute(),
  );
  return depthOf(above) + 1 + depthOf(below) > nestingDepthMax ? "nesting-depth" : undefined;
}

/** What is reached from `starts`; `follow` finds the edges that begin at some groups. */
async function reach(
  starts: readonly string[],
  follow: (names: readonly string[]) => Promise<{ from: string; to: string }[]>,
): Promise<Reach> {
  const found = new Map<string, string[]>(starts.map((name) => [name, []]));
  for (let next = [...found.keys()]; next.length > 0;) {
    const names = next;
    next = [];
    for await (const batch of batches(names)) {
      for (const { from, to } of await follow(batch)) {
        found.get(from)?.push(to);
        if (found.has(to)) continue;
        found.set(to, []);
        next.push(to);
      }
    }
  }
  return found;
}

/** The edges of the longest way: each group counts when all that lead to it have been counted. */
function depthOf(groups: Reach): number {
  const waysTo = new Map<string, number>();
  for (const followers of groups.values()) {
    for (const name of followers) waysTo.set(name, (waysTo.get(name) ?? 0) + 1);
  }
  let depth = 0;
  let level = [...groups.keys()].filter((name) => !waysTo.has(name));
  for (; level.length > 0; depth++) {
    const next: string[] = [];
    for (const name of level) {
      for (const follower of groups.get(name) ?? []) {
        const ways = (waysTo.get(follower) ?? 0) - 1;
        waysTo.set(follower, ways);
        if (ways === 0) next.push(follower);
      }
    }
    level = next;
  }
  return depth - 1;
}
