// What a power cut leaves of the flash operation that it falls into: the one model that every
// simulated flash in TypeScript shares. (The C host has its own, held to this one by a test.)
//
//   program   the first bytes, then one byte of which some bits were programmed, then nothing
//   erase     part of the block FF, then one byte of which some bits are 1, the rest as it was

/** How far an operation got. */
export interface TornOperation {
  /** Bytes finished: 0 to the operation's length. */
  readonly bytes: number;
  /** Bits of the byte at the border that are finished too. Default: none. */
  readonly border?: number;
  /** For an erase: the bytes finished are the block's last ones, not its first. */
  readonly fromEnd?: boolean;
}

/** What a simulated chip's cut leaves of the border byte: four bits are programmed. */
export const borderBitsDefault = 0x0f;

/** Programs `bytes` over `content`, as NOR does: bits are cleared, never set. */
export function program(content: Uint8Array, bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i += 1) content[i] = (content[i] ?? 0) & (bytes[i] ?? 0);
}

/** Programs the part of `bytes` that `torn` says. */
export function programTorn(content: Uint8Array, bytes: Uint8Array, torn: TornOperation): void {
  program(content, bytes.subarray(0, torn.bytes));
  const border = bytes[torn.bytes];
  if (border === undefined) return;
  content[torn.bytes] = (content[torn.bytes] ?? 0) & (border | ~bitsOf(torn));
}

/** Erases the part of `block` that `torn` says. */
export function eraseTorn(block: Uint8Array, torn: TornOperation): void {
  const { bytes, fromEnd = false } = torn;
  const first = fromEnd ? block.length - bytes : 0;
  block.fill(0xff, first, first + bytes);
  if (bytes === block.length) return;
  const border = fromEnd ? first - 1 : bytes;
  block[border] = (block[border] ?? 0) | bitsOf(torn);
}

function bitsOf({ border = 0 }: TornOperation): number {
  return border & 0xff;
}
