// esp_app_desc_t, the 256 bytes that say what an application is. They are the first data of the
// first segment, hence at offset 32 of the image:
//
//   0 magic ABCD5432  4 secure version   8 reserved (8)   16 version (32)   48 project name (32)
//   80 time (16)      96 date (16)     112 IDF version (32)       144 SHA-256 of the ELF file (32)
//   176 min, 178 max eFuse block revision   180 log2 of the MMU page   181 SPI mode   182 reserved
//
// Texts are ASCII, NUL-padded. Where the descriptor stands: app-image-header.ts.

import { readUint16, readUint32, writeUint16, writeUint32 } from "./little-endian.js";

export const appDescriptorBytes = 256;

const magic = 0xabcd5432;

export interface AppDescriptor {
  /** Anti-rollback version; 0 where the feature is not used. */
  readonly secureVersion: number;
  /** At most 31 characters, as the next four. */
  readonly version: string;
  readonly projectName: string;
  /** Of compilation; at most 15 characters, as the date. */
  readonly time: string;
  readonly date: string;
  readonly idfVersion: string;
  /** 32 bytes. */
  readonly elfSha256: Uint8Array;
  /** major * 100 + minor. */
  readonly minEfuseBlockRevision: number;
  /** major * 100 + minor; 0 or 65535 set no limit. */
  readonly maxEfuseBlockRevision: number;
  /** Log2 of the MMU page size in bytes; 0 in old images. */
  readonly mmuPageBits: number;
  /** 0 in old images. */
  readonly spiFlashMode: number;
}

/** The descriptor at `byteOffset`, or undefined if none is there. `bytes` must hold all of it. */
export function decodeAppDescriptor(
  bytes: Uint8Array,
  byteOffset: number,
): AppDescriptor | undefined {
  if (readUint32(bytes, byteOffset) !== magic) return undefined;
  return {
    secureVersion: readUint32(bytes, byteOffset + 4),
    version: readText(bytes, byteOffset + 16, 32),
    projectName: readText(bytes, byteOffset + 48, 32),
    time: readText(bytes, byteOffset + 80, 16),
    date: readText(bytes, byteOffset + 96, 16),
    idfVersion: readText(bytes, byteOffset + 112, 32),
    elfSha256: bytes.slice(byteOffset + 144, byteOffset + 176),
    minEfuseBlockRevision: readUint16(bytes, byteOffset + 176),
    maxEfuseBlockRevision: readUint16(bytes, byteOffset + 178),
    mmuPageBits: bytes[byteOffset + 180] ?? 0,
    spiFlashMode: bytes[byteOffset + 181] ?? 0,
  };
}

/** The 256 bytes. Throws if a text does not fit its field or is not ASCII. */
export function encodeAppDescriptor(descriptor: AppDescriptor): Uint8Array {
  if (descriptor.elfSha256.length !== 32) {
    throw new Error(`a SHA-256 of 32 bytes expected, got ${descriptor.elfSha256.length}`);
  }
  const bytes = new Uint8Array(appDescriptorBytes);
  writeUint32(bytes, 0, magic);
  writeUint32(bytes, 4, descriptor.secureVersion);
  writeText(bytes, 16, 32, descriptor.version);
  writeText(bytes, 48, 32, descriptor.projectName);
  writeText(bytes, 80, 16, descriptor.time);
  writeText(bytes, 96, 16, descriptor.date);
  writeText(bytes, 112, 32, descriptor.idfVersion);
  bytes.set(descriptor.elfSha256, 144);
  writeUint16(bytes, 176, descriptor.minEfuseBlockRevision);
  writeUint16(bytes, 178, descriptor.maxEfuseBlockRevision);
  bytes[180] = descriptor.mmuPageBits;
  bytes[181] = descriptor.spiFlashMode;
  return bytes;
}

/** Text up to a NUL or the field's end. What is not ASCII shows as U+FFFD: equal to nothing. */
function readText(bytes: Uint8Array, byteOffset: number, fieldBytes: number): string {
  let text = "";
  for (let i = byteOffset; i < byteOffset + fieldBytes; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === 0) break;
    text += String.fromCharCode(byte < 0x80 ? byte : 0xfffd);
  }
  return text;
}

function writeText(bytes: Uint8Array, byteOffset: number, fieldBytes: number, text: string): void {
  if (text.length >= fieldBytes) {
    throw new Error(`"${text}" has ${text.length} characters, at most ${fieldBytes - 1} fit`);
  }
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0 || code > 0x7f) throw new Error(`"${text}" is not plain ASCII`);
    bytes[byteOffset + i] = code;
  }
}
