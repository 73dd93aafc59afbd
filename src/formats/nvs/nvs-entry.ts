// One NVS entry of 32 bytes: its fields and its checks. Not what its data mean (nvs-value.ts).
//
//    0          1      2      3             4       8                24            32
//    +----------+------+------+-------------+-------+----------------+-------------+
//    | namespace| type | span | chunk index | CRC32 | key, NUL-padded| data        |
//    +----------+------+------+-------------+-------+----------------+-------------+
//    data of an integer          the value, then FF
//    data of a string or chunk   u16 byte length, FFFF, u32 CRC32 of the payload in the entries after
//    data of a blob index        u32 byte length, u8 chunk count, u8 first chunk index, FFFF
//
// An item is an entry and the span - 1 payload entries after it, all on one page. The entry's CRC is
// over everything but itself. Namespace 0 holds the names of the others: key = name, u8 = number.
// Source: ESP-IDF nvs_types.cpp; all numbers are little-endian.

import { decodeUtf8 } from "../../protocol/utf8.js";
import { crc32 } from "../../flash/crc32.js";

export const entryBytes = 32;
export const entriesPerPage = 126;
export const nameBytesMax = 15;
/** Payload of one item: a page less the entry itself. */
export const payloadBytesMax = (entriesPerPage - 1) * entryBytes;
/** Chunks of one blob, numbered from 0 or from 128. */
export const chunksMax = 127;
export const chunkVersion1 = 128;
/** Chunk index of everything that is not a chunk. */
export const noChunk = 0xff;

export const entryType = Object.freeze({
  u8: 0x01,
  i8: 0x11,
  u16: 0x02,
  i16: 0x12,
  u32: 0x04,
  i32: 0x14,
  u64: 0x08,
  i64: 0x18,
  float: 0x24,
  double: 0x28,
  string: 0x21,
  /** A whole blob in one item: format version 1, only read. */
  blob: 0x41,
  blobChunk: 0x42,
  blobIndex: 0x48,
} as const);

const keyOffset = 8;
const dataOffset = 24;

/** Whose an item is: the number of its namespace, and its key, 16 bytes, NUL-padded. */
export interface NvsName {
  readonly namespace: number;
  readonly key: Uint8Array;
}

/** Whether payload entries follow. */
export function hasPayload(type: number): boolean {
  return type === entryType.string || type === entryType.blob || type === entryType.blobChunk;
}

/** Entries that an item with `payloadBytes` takes. */
export function spanOf(payloadBytes: number): number {
  return 1 + Math.ceil(payloadBytes / entryBytes);
}

/** The entry at `offset` of a buffer. `offset` moves: one view serves a buffer of many entries. */
export class NvsEntryView {
  readonly bytes: Uint8Array;
  offset = 0;
  readonly #view: DataView;

  constructor(byteLength: number) {
    this.bytes = new Uint8Array(byteLength);
    this.#view = new DataView(this.bytes.buffer);
  }

  get namespace(): number {
    return this.#view.getUint8(this.offset);
  }

  get type(): number {
    return this.#view.getUint8(this.offset + 1);
  }

  get span(): number {
    return this.#view.getUint8(this.offset + 2);
  }

  get chunkIndex(): number {
    return this.#view.getUint8(this.offset + 3);
  }

  /** The key; of one that fills all 16 bytes, which no tool writes, the first 15. */
  get key(): string {
    const start = this.offset + keyOffset;
    const end = this.bytes.indexOf(0, start);
    const limit = start + nameBytesMax;
    return decodeUtf8(this.bytes, start, end < 0 || end > limit ? limit : end);
  }

  /** The eight bytes of data; a view, good until the buffer changes. */
  get data(): Uint8Array {
    return this.bytes.subarray(this.offset + dataOffset, this.offset + entryBytes);
  }

  /** Of a string, chunk or version 1 blob. */
  get payloadBytes(): number {
    return this.#view.getUint16(this.offset + dataOffset, true);
  }

  get payloadCrc(): number {
    return this.#view.getUint32(this.offset + dataOffset + 4, true);
  }

  /** Of a blob index: bytes of all chunks together. */
  get blobBytes(): number {
    return this.#view.getUint32(this.offset + dataOffset, true);
  }

  get chunkCount(): number {
    return this.#view.getUint8(this.offset + dataOffset + 4);
  }

  get chunkStart(): number {
    return this.#view.getUint8(this.offset + dataOffset + 5);
  }

  /** Whether this can be the entry at `index` of a page: CRC right, type known, span as it must. */
  isConsistent(index: number): boolean {
    if (this.#view.getUint32(this.offset + 4, true) !== this.#crc()) return false;
    const { type, span, chunkIndex } = this;
    if (hasPayload(type)) {
      if (type === entryType.blobChunk && chunkIndex === noChunk) return false;
      return span === spanOf(this.payloadBytes) && index + span <= entriesPerPage;
    }
    if (type === entryType.blobIndex) {
      return span === 1 && chunkIndex === noChunk && this.blobBytes <= chunksMax * payloadBytesMax;
    }
    return span === 1 && isNumber(type);
  }

  /** A copy. */
  get name(): NvsName {
    const key = this.bytes.slice(this.offset + keyOffset, this.offset + dataOffset);
    return { namespace: this.namespace, key };
  }

  hasName(name: NvsName): boolean {
    if (this.namespace !== name.namespace) return false;
    const start = this.offset + keyOffset;
    for (let i = 0; i < name.key.length; i += 1) {
      if (this.bytes[start + i] !== name.key[i]) return false;
    }
    return true;
  }

  /** Equal for items of one name and chunk index; nearly always different for others. */
  get hash(): number {
    const { bytes, offset } = this;
    const crc = crc32(bytes, offset, offset + 1);
    return crc32(bytes, offset + 3, offset + 4, crc32(bytes, offset + keyOffset, offset + 24, crc));
  }

  /** Starts a new entry; its data are FF, its CRC is set by `seal`. */
  begin(name: NvsName, type: number, span: number, chunkIndex: number): void {
    this.bytes.fill(0xff, this.offset, this.offset + entryBytes);
    this.#view.setUint8(this.offset, name.namespace);
    this.#view.setUint8(this.offset + 1, type);
    this.#view.setUint8(this.offset + 2, span);
    this.#view.setUint8(this.offset + 3, chunkIndex);
    this.bytes.set(name.key, this.offset + keyOffset);
  }

  setPayload(payload: Uint8Array): void {
    this.#view.setUint16(this.offset + dataOffset, payload.length, true);
    this.#view.setUint32(this.offset + dataOffset + 4, crc32(payload), true);
  }

  seal(): void {
    this.#view.setUint32(this.offset + 4, this.#crc(), true);
  }

  #crc(): number {
    const { bytes, offset } = this;
    return crc32(bytes, offset + keyOffset, offset + entryBytes, crc32(bytes, offset, offset + 4));
  }
}

/** The low half of a number's type is its size in bytes. */
function isNumber(type: number): boolean {
  const size = type & 0x0f;
  if (type === entryType.float || type === entryType.double) return true;
  return type >> 4 <= 1 && (size === 1 || size === 2 || size === 4 || size === 8);
}
