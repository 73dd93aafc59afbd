// Serials by the hundred thousand: in batches, each of which the service takes whole or not at all
// (procedure 37). An import that was interrupted is simply started again: what is there already is
// left alone, if it is the same.

import { formatRow } from "../protocol/csv.js";
import { metaBytesMax } from "../protocol/limits.js";
import { ClientError } from "./client-error.js";
import { checkSerial } from "./place.js";
import type { NewSerial, Serials } from "./serials.js";

/** How far an import is. */
export interface ImportProgress {
  /** Serials that this import has added. */
  readonly added: number;
  /** Serials that were there before, with the same extra text. */
  readonly present: number;
  /** Serials of the whole import. */
  readonly total: number;
}

/** How an import goes. */
export interface ImportOptions {
  /** Serials in one request, and repeated after an interruption; default: 1000. */
  readonly batchRows?: number;
  /** The row of a file that each of them is in, for errors. Default: 1, 2, 3 and so on. */
  readonly rowNumbers?: readonly number[];
}

const batchRowsDefault = 1000;
/** Extra texts may be long: a batch stays below what services take in one body. */
const batchBytesMax = 1024 * 1024;

/**
 * Throws `invalid`, with the row's number, unless each of `serials` is one, occurs once, and has an
 * extra text that fits.
 */
function checkSerials(serials: readonly NewSerial[], rowNumbers: readonly number[]): void {
  const rowOf = new Map<string, number>();
  serials.forEach(({ serial, extra }, index) => {
    const row = rowNumbers[index] ?? index + 1;
    try {
      checkSerial(serial);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      throw new ClientError("invalid", `row ${row}: ${error.message}`);
    }
    const extraBytes = Buffer.byteLength(extra);
    if (extraBytes > metaBytesMax) {
      const expected = `an extra text of at most ${metaBytesMax} bytes`;
      throw new ClientError("invalid", `row ${row}: expected ${expected}, got ${extraBytes}`);
    }
    // No database keeps it in a text.
    if (extra.includes("\0"))
      throw new ClientError("invalid", `row ${row}: a NUL in the extra text`);
    const first = rowOf.get(serial);
    if (first !== undefined) {
      throw new ClientError("invalid", `row ${row}: serial "${serial}" is in row ${first} already`);
    }
    rowOf.set(serial, row);
  });
}

/**
 * Adds `serials` to a model, and tells after each batch how far it is. Throws `invalid` before
 * anything is sent if one of them is not a serial; `conflict` if one is there with another extra text.
 */
export async function* importSerials(
  client: Serials,
  model: string,
  serials: readonly NewSerial[],
  { batchRows = batchRowsDefault, rowNumbers = [] }: ImportOptions = {},
): AsyncGenerator<ImportProgress, void, void> {
  checkSerials(serials, rowNumbers);
  const total = serials.length;
  const batches = [...batchesOf(serials, batchRows)];
  /**
   * What the model has. Of several batches none is sent before it is known that all can be added; a
   * single one shows by itself whether it can.
   */
  let present = batches.length > 1 ? await presentOf(client, model, serials) : undefined;
  let added = 0;
  let done = 0;
  for (const batch of batches) {
    let missing = without(batch, present);
    try {
      await client.addRows(model, missing);
    } catch (error) {
      const isFirstConflict = error instanceof ClientError && error.kind === "conflict" && !present;
      if (!isFirstConflict) throw error;
      present = await presentOf(client, model, serials);
      missing = without(batch, present);
      await client.addRows(model, missing);
    }
    added += missing.length;
    done += batch.length;
    yield { added, present: done - added, total };
  }
}

function without(
  batch: readonly NewSerial[],
  present: ReadonlySet<string> | undefined,
): readonly NewSerial[] {
  return present === undefined ? batch : batch.filter(({ serial }) => !present.has(serial));
}

/** Those of `serials` that the model has. Throws `conflict` if it has one that is not the same. */
async function presentOf(
  client: Serials,
  model: string,
  serials: readonly NewSerial[],
): Promise<ReadonlySet<string>> {
  const wanted = new Map(serials.map(({ serial, extra }) => [serial, extra]));
  const present = new Set<string>();
  for await (const { serial, extra } of client.list(model)) {
    const wantedExtra = wanted.get(serial);
    if (wantedExtra === undefined) continue;
    if (wantedExtra !== extra) {
      const what = `serial "${serial}" is there already, with another extra text`;
      throw new ClientError("conflict", `cannot import into model "${model}": ${what}`);
    }
    present.add(serial);
  }
  return present;
}

function* batchesOf(
  serials: readonly NewSerial[],
  rowsMax: number,
): Generator<readonly NewSerial[], void, void> {
  let batch: NewSerial[] = [];
  let byteLength = 0;
  for (const entry of serials) {
    const rowBytes = Buffer.byteLength(formatRow([entry.serial, entry.extra]));
    if (batch.length === rowsMax || byteLength + rowBytes > batchBytesMax) {
      yield batch;
      batch = [];
      byteLength = 0;
    }
    batch.push(entry);
    byteLength += rowBytes;
  }
  if (batch.length > 0) yield batch;
}
