// Little-endian integers in byte arrays: the byte order of everything on an ESP32's flash.
//
// Not DataView: the views that these read change all the time, and a DataView per view would be an
// allocation per read. A byte past the end reads as 0; callers check lengths before.

export function readUint16(bytes: Uint8Array, byteOffset: number): number {
  return (bytes[byteOffset] ?? 0) | ((bytes[byteOffset + 1] ?? 0) << 8);
}

export function readUint32(bytes: Uint8Array, byteOffset: number): number {
  return (readUint16(bytes, byteOffset) | (readUint16(bytes, byteOffset + 2) << 16)) >>> 0;
}

export function writeUint16(bytes: Uint8Array, byteOffset: number, value: number): void {
  bytes[byteOffset] = value;
  bytes[byteOffset + 1] = value >>> 8;
}

export function writeUint32(bytes: Uint8Array, byteOffset: number, value: number): void {
  writeUint16(bytes, byteOffset, value);
  writeUint16(bytes, byteOffset + 2, value >>> 16);
}
