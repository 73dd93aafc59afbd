// Where the pages of a long list of serials begin. A page is asked for by its offset (procedure 33),
// and a database counts rows one by one: to read a million serials in order would be quadratic.
// So the serial before an offset is kept in memory, and the next page is found by name.
//
//     offset 0 .. 999 read, the last was sn 00999    the page at 1000: what comes after 00999
//
// A mark is good for one version of the list: any change of it, by any process, changes the version.

import type { Database } from "../database/database.js";
import { PreparedQuery } from "../database/prepared-query.js";
import { serialMarksMax, serialsPerStep } from "../limits.js";

/** The serial just before an offset; blank at the beginning: no serial is blank. */
export interface Mark {
  readonly offset: number;
  readonly sn: string;
}

interface Marks {
  readonly version: number;
  /** By number of `serialsPerMark` serials before them: one mark in each part of the list. */
  readonly byPart: Map<number, Mark>;
  /** The highest of these numbers. */
  lastPart: number;
}

/** Serials between two marks that are kept. */
const serialsPerMark = 1024;

export class SerialPages {
  readonly #database: Database;
  readonly #version;
  readonly #step;
  readonly #models = new Map<number, Marks>();
  #count = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#version = new PreparedQuery<{ modelId: number }, { serialsVersion: number }>(
      (parameter) =>
        database
          .selectFrom("models")
          .where("id", "=", parameter("modelId"))
          .select("serialsVersion"),
    );
    this.#step = new PreparedQuery<
      { modelId: number; sn: string; skipped: number },
      { sn: string }
    >((parameter) =>
      database
        .selectFrom("serials")
        .where("modelId", "=", parameter("modelId"))
        .where("sn", ">", parameter("sn"))
        .orderBy("sn")
        .limit(1)
        .offset(parameter("skipped"))
        .select("sn"),
    );
  }

  /**
   * The serial before `offset`, and what tells where the page ends, when it has been read. Undefined
   * if the list is shorter.
   */
  async find(
    modelId: number,
    offset: number,
  ): Promise<{ start: Mark; note: (end: Mark) => void } | undefined> {
    const model = await this.#version.first(this.#database, { modelId });
    const marks = this.#marksOf(modelId, model?.serialsVersion ?? 0);
    let mark = nearest(marks, offset);
    while (mark.offset < offset) {
      const count = Math.min(offset - mark.offset, serialsPerStep);
      const values = { modelId, sn: mark.sn, skipped: count - 1 };
      const last = await this.#step.first(this.#database, values);
      if (last === undefined) return undefined;
      mark = { offset: mark.offset + count, sn: last.sn };
      this.#keep(marks, mark);
    }
    return { start: mark, note: (end) => this.#keep(marks, end) };
  }

  #marksOf(modelId: number, version: number): Marks {
    const known = this.#models.get(modelId);
    if (known?.version === version) return known;
    this.#count -= known?.byPart.size ?? 0;
    const marks: Marks = { version, byPart: new Map(), lastPart: 0 };
    this.#models.set(modelId, marks);
    return marks;
  }

  #keep(marks: Marks, mark: Mark): void {
    if (this.#count >= serialMarksMax) {
      for (const { byPart } of this.#models.values()) byPart.clear();
      this.#models.clear();
      this.#count = 0;
    }
    const before = marks.byPart.size;
    const part = Math.floor(mark.offset / serialsPerMark);
    marks.byPart.set(part, mark);
    marks.lastPart = Math.max(marks.lastPart, part);
    this.#count += marks.byPart.size - before;
  }
}

/** The last mark that is not after the offset. */
function nearest({ byPart, lastPart }: Marks, offset: number): Mark {
  const first = Math.min(Math.floor(offset / serialsPerMark), lastPart);
  for (let part = first; part >= 0; part--) {
    const mark = byPart.get(part);
    if (mark !== undefined && mark.offset <= offset) return mark;
  }
  return { offset: 0, sn: "" };
}
