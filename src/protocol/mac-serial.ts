// Serial numbers that are numbers: how a number, such as a MAC address, is written in the formats
// that a model's serial-number ranges know (S-31). 48 bits fit a double exactly.
//
//     00:1B:44:11:3A:B7    mac:48, upper          base16, length 12, lower    001b44113ab7
//     001B.4411.3AB7       mac.48, upper          base10                      117106096823

/** How a number is written as a serial. */
export interface SerialFormat {
  /** Decimal, hexadecimal, or one of the ways in which MAC addresses are written. */
  readonly format: "base10" | "base16" | "mac:48" | "mac-48" | "mac.48";
  /** Digits, filled up with zeros, for base10 and base16; null or absent: as many as it takes. */
  readonly length?: number | null;
  /** Of the digits above 9; null or absent: lower. */
  readonly casing?: "upper" | "lower" | null;
}

const macBytes = 6;

/** The serial of the chip whose MAC address `address` is, six bytes. */
export function macSerial(address: Uint8Array, format: SerialFormat): string {
  if (address.length !== macBytes) {
    throw new Error(`expected a MAC address of 6 bytes, got ${address.length}`);
  }
  return formatSerial(
    address.reduce((value, byte) => value * 0x100 + byte, 0),
    format,
  );
}

/**
 * `value`, below 2^53 (2^48 for the mac formats), as a serial. One with more digits than `length`
 * keeps them all: no range of that length contains it.
 */
export function formatSerial(value: number, { format, length, casing }: SerialFormat): string {
  const text = formatLower(value, format, length ?? 0);
  return casing === "upper" ? text.toUpperCase() : text;
}

function formatLower(value: number, format: SerialFormat["format"], length: number): string {
  switch (format) {
    case "base10":
      return value.toString(10).padStart(length, "0");
    case "base16":
      return value.toString(16).padStart(length, "0");
    case "mac:48":
      return grouped(value, 2, ":");
    case "mac-48":
      return grouped(value, 2, "-");
    case "mac.48":
      return grouped(value, 4, ".");
    default:
      return format satisfies never;
  }
}

/** The twelve hexadecimal digits of `value` in groups of `groupDigits`. */
function grouped(value: number, groupDigits: number, separator: string): string {
  const digits = value.toString(16).padStart(2 * macBytes, "0");
  const groups: string[] = [];
  for (let at = 0; at < digits.length; at += groupDigits) {
    groups.push(digits.slice(at, at + groupDigits));
  }
  return groups.join(separator);
}
