// A batch's serials at the service: registered with the batch's mark in the extra text, so that no
// other batch issues them, and enabled.

import { importSerials } from "../../../client/serial-import.js";
import type { NewSerial } from "../../../client/serials.js";
import type { VendorClient } from "../../../client/vendor-client.js";
import { countOf } from "../../terminal/count.js";
import { ProgressBar } from "../../terminal/progress-bar.js";
import { changeAll } from "../serial/bulk.js";
import { enableSerial } from "../serial/life.js";

interface RegistrationOptions {
  readonly model: string;
  /** Without a bar. */
  readonly json: boolean;
}

/** Serials that a message names. */
const namedMax = 3;

const markPattern = /(?:^| )batch=([0-9a-f]{12})$/;

export function marking(extra: string, id: string): string {
  return extra === "" ? `batch=${id}` : `${extra} batch=${id}`;
}

/** Serials that the model has from elsewhere: they may have been issued. */
async function foreignSerials(
  client: VendorClient,
  model: string,
  marked: readonly NewSerial[],
): Promise<NewSerial[]> {
  const wanted = new Map(marked.map(({ serial, extra }) => [serial, extra]));
  const foreign: NewSerial[] = [];
  for await (const { serial, extra } of client.serials.list(model)) {
    const mine = wanted.get(serial);
    if (mine !== undefined && mine !== extra) foreign.push({ serial, extra });
  }
  return foreign;
}

/** Throws an Error that names the first serials that the model has from elsewhere. */
export async function refuseForeign(
  client: VendorClient,
  model: string,
  marked: readonly NewSerial[],
): Promise<void> {
  const foreign = await foreignSerials(client, model, marked);
  const [first] = foreign;
  if (first === undefined) return;
  const named = foreign.slice(0, namedMax).map(({ serial }) => `"${serial}"`);
  const more = foreign.length > namedMax ? ` and ${foreign.length - namedMax} more` : "";
  const [, batch] = markPattern.exec(first.extra) ?? [];
  const by = batch === undefined ? "and no batch put it there" : `from batch ${batch}`;
  const what = `model "${model}" has serial ${named.join(", ")}${more} already, ${by}`;
  throw new Error(`${what}: no serial is issued twice`);
}

/** @returns how many were not registered before */
export async function register(
  client: VendorClient,
  { model, json }: RegistrationOptions,
  marked: readonly NewSerial[],
): Promise<number> {
  const bar = new ProgressBar(marked.length, "serials registered", !json);
  let added = 0;
  try {
    for await (const progress of importSerials(client.serials, model, marked)) {
      bar.update(progress.added + progress.present);
      added = progress.added;
    }
  } finally {
    bar.end();
  }
  return added;
}

/** @returns how many were not enabled before. Throws if one cannot be. */
export async function enableAll(
  { serials: client }: VendorClient,
  { model, json }: RegistrationOptions,
  serials: readonly NewSerial[],
  owner: string,
): Promise<number> {
  const names = serials.map(({ serial }) => serial);
  const result = await changeAll(names, (sn) => enableSerial(client, model, sn, owner), json);
  const [first] = result.failed;
  if (first === undefined) return result.done;
  const more = result.failed.length - 1;
  throw new Error(`${first.problem}${more === 0 ? "" : `, and ${countOf(more, "more serial")}`}`);
}
