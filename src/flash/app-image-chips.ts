// The chips an application image can be made for, as far as checking an image needs to know them:
// which addresses are mapped from flash (there, address and place in flash must agree modulo the
// MMU page), and whether the page is always 64 KiB or the image says its size. Figures: soc.h and
// soc_caps.h of each chip in ESP-IDF.

/** What is known of the chip that is to run an image. What is absent is not checked. */
export interface ChipIdentity {
  readonly chipId: number;
  /** Wafer revision, major * 100 + minor. */
  readonly revision?: number;
  /** eFuse block revision, major * 100 + minor. The first ESP32 has none. */
  readonly efuseBlockRevision?: number;
}

export interface Chip {
  readonly name: string;
  readonly chipId: number;
  /** Address windows [from, end) that show flash (or, on some chips, flash and PSRAM). */
  readonly mapped: readonly (readonly [number, number])[];
  /** The image's descriptor gives the page size; without a descriptor the image is refused. */
  readonly pageInDescriptor: boolean;
}

/** Log2 of the MMU page, and the range a descriptor may choose from. */
export const mmuPageBits = 16;
export const mmuPageBitsMin = 13;

function chip(
  name: string,
  chipId: number,
  mapped: [number, number][],
  pageInDescriptor = false,
): Chip {
  mapped.forEach(Object.freeze);
  return Object.freeze({ name, chipId, mapped: Object.freeze(mapped), pageInDescriptor });
}

export const chips: readonly Chip[] = Object.freeze([
  chip("esp32", 0x00, [
    [0x3f400000, 0x3f800000],
    [0x400d0000, 0x40400000],
  ]),
  chip("esp32s2", 0x02, [
    [0x3f000000, 0x3ff80000],
    [0x40080000, 0x40800000],
  ]),
  chip("esp32c3", 0x05, [
    [0x3c000000, 0x3c800000],
    [0x42000000, 0x42800000],
  ]),
  chip("esp32s3", 0x09, [
    [0x3c000000, 0x3e000000],
    [0x42000000, 0x44000000],
  ]),
  chip(
    "esp32c2",
    0x0c,
    [
      [0x3c000000, 0x3c400000],
      [0x42000000, 0x42400000],
    ],
    true,
  ),
  chip("esp32c6", 0x0d, [[0x42000000, 0x43000000]], true),
  chip("esp32h2", 0x10, [[0x42000000, 0x43000000]], true),
  chip("esp32p4", 0x12, [
    [0x40000000, 0x44000000],
    [0x48000000, 0x4c000000],
  ]),
  chip("esp32c61", 0x14, [[0x42000000, 0x44000000]], true),
  chip("esp32c5", 0x17, [[0x42000000, 0x44000000]]),
]);

/** The chip of this id, or undefined if we do not know it. */
export function chipById(chipId: number): Chip | undefined {
  return chips.find((known) => known.chipId === chipId);
}

export function isMapped(of: Chip | undefined, address: number): boolean {
  if (of === undefined) return false;
  return of.mapped.some(([from, end]) => address >= from && address < end);
}
