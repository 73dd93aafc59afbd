// The header of a page of NVS, 32 bytes:
//
//    u32 state, u32 sequence number, u8 version FE, 19 x FF, u32 CRC32 of bytes 4..27
//    state    ACTIVE FFFFFFFE -> FULL FFFFFFFC -> FREEING FFFFFFF8 -> 0, all by clearing bits

import { crc32 } from "../../flash/crc32.js";
import { NvsError } from "./nvs-error.js";

export type NvsPageState = "active" | "full" | "freeing";

export interface NvsPageHeader {
  readonly state: NvsPageState;
  readonly sequence: number;
}

const stateWord = Object.freeze({ active: 0xfffffffe, full: 0xfffffffc, freeing: 0xfffffff8 });
const version2 = 0xfe;

/**
 * Undefined if the 32 bytes are no header: blank, or not whole after a cut. Throws NvsError
 * `new-version`; `sector` is for its text.
 */
export function decodePageHeader(header: Uint8Array, sector: number): NvsPageHeader | undefined {
  const view = new DataView(header.buffer, header.byteOffset);
  if (view.getUint32(28, true) !== crc32(header, 4, 28)) return undefined;
  const word = view.getUint32(0, true);
  if (word === 0xffffffff) return undefined;
  const version = view.getUint8(8);
  if (version < version2) {
    throw new NvsError("new-version", `page ${sector} has version ${version}, at least 254 known`);
  }
  const state = stateOfWord(word);
  return state && { state, sequence: view.getUint32(4, true) };
}

/** Of a new page, which is active. */
export function encodePageHeader(sequence: number): Uint8Array {
  const header = new Uint8Array(32).fill(0xff);
  const view = new DataView(header.buffer);
  view.setUint32(0, stateWord.active, true);
  view.setUint32(4, sequence, true);
  view.setUint8(8, version2);
  view.setUint32(28, crc32(header, 4, 28), true);
  return header;
}

/** The header's first four bytes. */
export function encodePageState(state: NvsPageState): Uint8Array {
  const word = new Uint8Array(4);
  new DataView(word.buffer).setUint32(0, stateWord[state], true);
  return word;
}

function stateOfWord(word: number): NvsPageState | undefined {
  if (word === stateWord.active) return "active";
  if (word === stateWord.full) return "full";
  return word === stateWord.freeing ? "freeing" : undefined;
}
