// The values of an NVS partition and their bytes: an integer's eight, a string's with its NUL, a
// blob's as they are. Also names, which are keys of at most 15 bytes.

import { decodeUtf8, encodeUtf8 } from "../../protocol/utf8.js";
import { entryType, nameBytesMax, payloadBytesMax } from "./nvs-entry.js";
import { NvsError } from "./nvs-error.js";

export type NvsNumberType = "u8" | "i8" | "u16" | "i16" | "u32" | "i32" | "float" | "double";

export type NvsValue =
  | { readonly type: NvsNumberType; readonly value: number }
  | { readonly type: "u64"; readonly value: bigint }
  | { readonly type: "i64"; readonly value: bigint }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "blob"; readonly value: Uint8Array };

/** A value with its place. `namespace` is "" where no name is registered for its number. */
export type NvsEntry = { readonly namespace: string; readonly key: string } & NvsValue;

/** The 16 bytes of a key or of a namespace's name, NUL-padded. */
export function encodeName(name: string): Uint8Array {
  const bytes = encodeUtf8(name);
  if (bytes.length === 0 || bytes.includes(0)) {
    throw new NvsError(
      "bad-key",
      `a name of 1 to 15 bytes without NUL expected, got ${quote(name)}`,
    );
  }
  if (bytes.length > nameBytesMax) {
    throw new NvsError("key-too-long", `${quote(name)} has ${bytes.length} bytes, at most 15 fit`);
  }
  const padded = new Uint8Array(nameBytesMax + 1);
  padded.set(bytes);
  return padded;
}

/** The payload of a string or blob, or the eight data bytes of a number. */
export function encodeValue(value: NvsValue): Uint8Array {
  if (value.type === "blob") return value.value;
  if (value.type === "string") return encodeString(value.value);
  const bytes = new Uint8Array(8).fill(0xff);
  const view = new DataView(bytes.buffer);
  if (value.type === "u64" || value.type === "i64") view.setBigUint64(0, value.value, true);
  else setNumber(view, value.type, value.value);
  // What a type cannot hold reads back as another value. (Floats may round.)
  const mayRound = value.type === "float" || value.type === "double";
  if (!mayRound && decodeValue(entryType[value.type], bytes)?.value !== value.value) {
    throw new NvsError("bad-value", `${value.value} is no ${value.type}`);
  }
  return bytes;
}

/** The value that the payload or data bytes of an entry of `type` are; undefined if none. */
export function decodeValue(type: number, bytes: Uint8Array): NvsValue | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  switch (type) {
    case entryType.u8:
      return { type: "u8", value: view.getUint8(0) };
    case entryType.i8:
      return { type: "i8", value: view.getInt8(0) };
    case entryType.u16:
      return { type: "u16", value: view.getUint16(0, true) };
    case entryType.i16:
      return { type: "i16", value: view.getInt16(0, true) };
    case entryType.u32:
      return { type: "u32", value: view.getUint32(0, true) };
    case entryType.i32:
      return { type: "i32", value: view.getInt32(0, true) };
    case entryType.u64:
      return { type: "u64", value: view.getBigUint64(0, true) };
    case entryType.i64:
      return { type: "i64", value: view.getBigInt64(0, true) };
    case entryType.float:
      return { type: "float", value: view.getFloat32(0, true) };
    case entryType.double:
      return { type: "double", value: view.getFloat64(0, true) };
    case entryType.string:
      return { type: "string", value: decodeString(bytes) };
    case entryType.blob:
    case entryType.blobIndex:
      return { type: "blob", value: bytes };
    default:
      return undefined;
  }
}

function setNumber(view: DataView, numberType: NvsNumberType, value: number): void {
  switch (numberType) {
    case "u8":
    case "i8":
      view.setUint8(0, value);
      break;
    case "u16":
    case "i16":
      view.setUint16(0, value, true);
      break;
    case "u32":
    case "i32":
      view.setUint32(0, value, true);
      break;
    case "float":
      view.setFloat32(0, value, true);
      break;
    case "double":
      view.setFloat64(0, value, true);
      break;
    default:
      numberType satisfies never;
  }
}

function encodeString(text: string): Uint8Array {
  const bytes = encodeUtf8(`${text}\0`);
  if (bytes.indexOf(0) !== bytes.length - 1) {
    throw new NvsError("bad-value", "a string without NUL expected");
  }
  if (bytes.length > payloadBytesMax) {
    const limit = payloadBytesMax - 1;
    throw new NvsError("value-too-long", `${bytes.length - 1} bytes, at most ${limit} fit`);
  }
  return bytes;
}

/** As C reads it: up to the first NUL. */
function decodeString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeUtf8(bytes, 0, end < 0 ? bytes.length : end);
}

function quote(name: string): string {
  return JSON.stringify(name.length > 40 ? `${name.slice(0, 40)}...` : name);
}
