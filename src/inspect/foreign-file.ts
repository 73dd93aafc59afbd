// What a file is that does not belong in a flash, by how it begins: for people who picked the wrong
// one.

const textHeadBytes = 512;

/** By their first bytes, in Latin-1. */
const beginnings: readonly (readonly [begin: string, what: string])[] = [
  ["\x1f\x8b", "is compressed (gzip): unpack it first"],
  ["PK\x03\x04", "is a ZIP archive: unpack it first"],
  ["\xfd7zXZ\0", "is compressed (xz): unpack it first"],
  ["BZh", "is compressed (bzip2): unpack it first"],
  ["\x28\xb5\x2f\xfd", "is compressed (Zstandard): unpack it first"],
  ["7z\xbc\xaf\x27\x1c", "is a 7-Zip archive: unpack it first"],
  ["\x7fELF", "is an ELF file: take the .bin file that the build makes of it"],
  ["UF2\n", "is a UF2 file: take the .bin file of the build"],
  ["%PDF", "is a PDF document"],
  ["\x89PNG", "is a picture (PNG)"],
  ["\xff\xd8\xff", "is a picture (JPEG)"],
  ["SQLite format 3\0", "is an SQLite database"],
];

/** Of a littlefs superblock. */
const littlefsOffset = 8;
const sectorBytes = 4096;

/** By their first characters, after blanks and a byte order mark; lower case. */
const texts: readonly (readonly [begin: RegExp, what: string])[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\//,
    "is a Git LFS pointer, not the file that it stands for: run git lfs pull",
  ],
  [/^(<!doctype html|<html|<head)/, "is an HTML page, perhaps of a login or an error"],
  [/^<\?xml/, "is an XML document"],
  [/^:[0-9a-f]{8,}\r?\n/, "is an Intel HEX file: take the .bin file of the build"],
  [/^[{[]/, "is a text (JSON)"],
  [
    /^(#.*\r?\n)*key *, *type *, *encoding *,/,
    "is a table of NVS keys, which Espressif's nvs_partition_gen makes an NVS partition of",
  ],
];

/** A sentence without its subject: "is an HTML page". Undefined: nothing is known about it. */
export function foreignKind(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "is empty";
  const head = String.fromCharCode(...bytes.subarray(0, textHeadBytes));
  const [, known] = beginnings.find(([begin]) => head.startsWith(begin)) ?? [];
  if (known !== undefined) return known;
  if (isUtf16(bytes)) return "is a text in UTF-16: save it as UTF-8";
  if (isWearLevelled(bytes)) return "is a FAT file system with wear levelling";
  if (head.startsWith("littlefs", littlefsOffset)) return "is a littlefs file system";
  const text = head.replace(/^\xef\xbb\xbf/, "").trimStart();
  const [, what] = texts.find(([begin]) => begin.test(text.toLowerCase())) ?? [];
  return what ?? (isText(head) ? "is a text" : undefined);
}

/** Its last sector is the configuration of ESP-IDF's wear levelling (WL_Config). */
export function isWearLevelled(bytes: Uint8Array): boolean {
  if (bytes.length < 2 * sectorBytes || bytes.length % sectorBytes !== 0) return false;
  const at = bytes.length - sectorBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, sectorBytes);
  const [flashBytes, pageBytes, eraseBytes] = [4, 8, 12].map((offset) => {
    return view.getUint32(offset, true);
  });
  return flashBytes === bytes.length && pageBytes === sectorBytes && eraseBytes === sectorBytes;
}

/** It begins with a byte order mark of UTF-16. */
export function isUtf16(bytes: Uint8Array): boolean {
  const [first, second] = bytes;
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

/** Without control characters but those that lines are made of. */
function isText(head: string): boolean {
  return !/[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]/.test(head);
}
