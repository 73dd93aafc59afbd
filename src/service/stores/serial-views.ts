// What a vendor sees of a model's serials (procedures 33 and 43): each with its client's RID and
// status. Serials that are only in a range are not listed (S-31).

import type { Database } from "../database/database.js";
import type { Page } from "../http/page.js";
import type { ClientStatus } from "../database/schema.js";
import { SerialPages } from "./serial-pages.js";

export interface SerialView {
  readonly sn: string;
  readonly extra: string;
  /** The client the serial names; null if unused. */
  readonly clientRid: string | null;
  /** The same, but null if that client is gone. */
  readonly rid: string | null;
  readonly status: ClientStatus | null;
  /** Unix seconds. */
  readonly activableUntil: number | null;
  readonly enabledBy: string | null;
}

export interface SerialFilter {
  readonly modelId: number;
  /** Only serials that this client enabled; undefined: any. */
  readonly enabledBy?: string | undefined;
}

/** S-27: blank without a client, `expired` also when the window has passed. `now`: Unix seconds. */
export function statusText({ status, activableUntil }: StatusColumns, now: number): string {
  if (status === "notactivated" && (activableUntil ?? 0) <= now) return "expired";
  return status ?? "";
}

type StatusColumns = Pick<SerialView, "status" | "activableUntil">;

export class SerialViews {
  readonly #database: Database;
  readonly #pages: SerialPages;

  constructor(database: Database) {
    this.#database = database;
    this.#pages = new SerialPages(database);
  }

  /** In byte order. */
  async list({ modelId, enabledBy }: SerialFilter, page: Page): Promise<SerialView[]> {
    const { offset, limit } = page;
    const views = this.#select(modelId).orderBy("s.sn").limit(limit);
    if (enabledBy !== undefined) {
      return views
        .where("s.enabledBy", "=", enabledBy)
        .where("s.clientRid", "is not", null)
        .offset(offset)
        .execute();
    }
    const found = await this.#pages.find(modelId, offset);
    if (found === undefined) return [];
    const listed = await views.where("s.sn", ">", found.start.sn).execute();
    const last = listed.at(-1);
    if (last !== undefined) found.note({ offset: offset + listed.length, sn: last.sn });
    return listed;
  }

  find(modelId: number, sn: string): Promise<SerialView | undefined> {
    return this.#select(modelId).where("s.sn", "=", sn).executeTakeFirst();
  }

  #select(modelId: number) {
    return this.#database
      .selectFrom("serials as s")
      .leftJoin("clients as c", "c.rid", "s.clientRid")
      .where("s.modelId", "=", modelId)
      .select(["s.sn", "s.extra", "s.clientRid", "s.enabledBy"])
      .select(["c.rid", "c.status", "c.activableUntil"]);
  }
}
