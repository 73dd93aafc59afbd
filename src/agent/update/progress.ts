// How much of a release is safely in flash: one small record per sector, in two alternating keys,
// so that a cut in one leaves the other.
//
//   <sectors> "." <crc of target> "." <chained digest> "." <crc of all before>
//      decimal        8 hex             64 hex                  8 hex
//
// The digest is chained: d(0) = 32 zero bytes, d(n) = SHA-256(d(n-1) | sector n-1), so that it can
// be continued from any record without keeping the state of a hash. A record is only a claim:
// after a reset the sectors are read back and must give the digest (prefix-check.ts).

import { crc32 } from "../../flash/crc32.js";
import type { KeyValueStore } from "../../ports/key-value.js";
import { parseDecimal } from "../../protocol/decimal.js";
import { fromHex, toHex } from "../../protocol/hex.js";
import type { RecordKey } from "../../protocol/store-keys.js";
import { encodeUtf8 } from "../../protocol/utf8.js";
import type { TargetRecord } from "../slots/record-forms.js";

export interface ProgressClaim {
  readonly sectors: number;
  /** 32 bytes. */
  readonly digest: Uint8Array;
}

const keys: readonly [RecordKey, RecordKey] = Object.freeze(["progress.0", "progress.1"]);
const digestBytes = 32;

export class ProgressStore {
  readonly target: TargetRecord;
  readonly #store: KeyValueStore;
  readonly #targetCrc: string;

  constructor(store: KeyValueStore, target: TargetRecord) {
    this.target = target;
    this.#store = store;
    this.#targetCrc = checksum(describeTarget(target));
  }

  /** The claims that concern this target, the farthest first. */
  read(): ProgressClaim[] {
    const claims: ProgressClaim[] = [];
    for (const key of keys) {
      const claim = this.#parse(this.#read(key));
      if (claim !== undefined) claims.push(claim);
    }
    return claims.sort((one, other) => other.sectors - one.sectors);
  }

  /** Records that `sectors` sectors are in flash. A cut leaves the claim before it. */
  write(sectors: number, digest: Uint8Array): void {
    const text = `${sectors}.${this.#targetCrc}.${toHex(digest)}`;
    this.#store.write(sectors % 2 === 0 ? keys[0] : keys[1], `${text}.${checksum(text)}`);
  }

  forget(): void {
    for (const key of keys) this.#store.delete(key);
  }

  #read(key: string): string | undefined {
    try {
      return this.#store.read(key);
    } catch {
      return undefined; // Another type than string: not ours. `forget` makes room for ours.
    }
  }

  #parse(record: string | undefined): ProgressClaim | undefined {
    if (record === undefined) return undefined;
    const end = record.lastIndexOf(".");
    const text = record.slice(0, Math.max(end, 0));
    if (checksum(text) !== record.slice(end + 1)) return undefined;
    const [count, targetCrc, hex] = text.split(".");
    const sectors = parseDecimal(count ?? "");
    const digest = fromHex(hex ?? "");
    if (targetCrc !== this.#targetCrc || digest?.length !== digestBytes) return undefined;
    return sectors === undefined || sectors === 0 ? undefined : { sectors, digest };
  }
}

function describeTarget({ release, slot, badDownloads }: TargetRecord): string {
  const { id, sizeBytes, timestampSeconds, sha256 } = release;
  const parts = [slot, sizeBytes, timestampSeconds, sha256 ?? "", id];
  if (badDownloads > 0) parts.push(badDownloads);
  return parts.join("/");
}

function checksum(text: string): string {
  return crc32(encodeUtf8(text)).toString(16).padStart(8, "0");
}
