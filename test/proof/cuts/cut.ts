// Where the power fails, and which of those places are worth a life: a cut that leaves the very
// same bytes as another leads to the very same life, and is not lived again.

import type { Cut, FlashOperation } from "../../support/nor-flash.js";

/** A cut within an operation; which operation is told apart from it. */
export type TornCut = Omit<Cut, "operation">;

export const cutKinds = {
  before: "before an operation",
  after: "after one, before the next",
  byte: "between two bytes of a program",
  bits: "within a byte of a program",
  erase: "within an erase, the rest as it was",
  unstable: "within an erase, the rest unstable",
  turn: "between two turns of the program",
} as const;

export type CutKind = keyof typeof cutKinds;

export interface PlannedCut {
  readonly kind: CutKind;
  readonly cut: TornCut;
}

/** How finely an operation is cut. */
export interface Grain {
  /** Masks of the bits that are cleared in the byte at the border; one cut each. */
  readonly borders: readonly number[];
  /** Programs of more bytes than this are cut within at three bytes only; below 0 all, at one. */
  readonly fineBytesMax: number;
  /** Bytes between two cuts within an erase. */
  readonly eraseStep: number;
}

/** Every byte of every record, payload at three bytes. */
export const fineGrain: Grain = { borders: [0x55], fineBytesMax: 300, eraseStep: 1024 };
/** Before, in the middle and after. */
export const coarseGrain: Grain = { borders: [0x55], fineBytesMax: 0, eraseStep: 2048 };

/** An operation, and the bytes in flash that it finds. */
export interface PendingOperation extends FlashOperation {
  /** Of a program. */
  readonly bytes: Uint8Array | undefined;
}

/**
 * The cuts before and within an operation, and after it if `withAfter`: to be left out where the
 * cut before the next operation leaves the same.
 */
export function* planCuts(
  operation: PendingOperation,
  old: Uint8Array,
  grain: Grain,
  isRecord: boolean,
  withAfter: boolean,
): Generator<PlannedCut> {
  yield { kind: "before", cut: { bytes: 0 } };
  if (operation.bytes === undefined) yield* planErase(operation.byteLength, grain);
  else yield* planProgram(operation.bytes, old, grain, isRecord);
  if (withAfter) yield { kind: "after", cut: { bytes: operation.byteLength } };
}

function* planProgram(
  bytes: Uint8Array,
  old: Uint8Array,
  grain: Grain,
  isRecord: boolean,
): Generator<PlannedCut> {
  const isFine = isRecord && bytes.length <= grain.fineBytesMax;
  const middle = [bytes.length >> 1];
  const fewPlaces = grain.fineBytesMax < 0 ? middle : threePlaces(bytes.length);
  const places = isFine ? bytes.keys() : fewPlaces;
  let last = 0;
  for (const at of places) {
    const [was, wanted] = [old[at] ?? 0, bytes[at] ?? 0];
    // Cut in front of this byte; the same as the last cut if nothing changed in between.
    if (at > 0 && differs(bytes, old, last, at)) yield { kind: "byte", cut: { bytes: at } };
    last = at;
    const whole = was & wanted;
    const seen = new Set([was, whole]);
    for (const border of grain.borders) {
      const left = was & (wanted | (~border & 0xff));
      if (seen.has(left)) continue;
      seen.add(left);
      yield { kind: "bits", cut: { bytes: at, border } };
    }
  }
}

function differs(bytes: Uint8Array, old: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    const was = old[at] ?? 0;
    if ((was & (bytes[at] ?? 0)) !== was) return true;
  }
  return false;
}

/** The first byte, the middle one, the last one. */
function threePlaces(byteLength: number): Set<number> {
  return new Set([0, byteLength >> 1, byteLength - 1]);
}

function* planErase(byteLength: number, { eraseStep }: Grain): Generator<PlannedCut> {
  let seed = 1;
  yield { kind: "unstable", cut: { bytes: 0, unstableSeed: seed } };
  for (let bytes = eraseStep; bytes < byteLength; bytes += eraseStep) {
    for (const fromEnd of [false, true]) {
      seed += 1;
      yield { kind: "erase", cut: { bytes, fromEnd } };
      yield { kind: "unstable", cut: { bytes, fromEnd, unstableSeed: seed } };
    }
  }
}

/** Where power fails in a running life: counted from the boot after the cut before. */
export type ScriptCut =
  | { readonly operation: number; readonly cut: TornCut }
  /** After this many turns of the program. */
  | { readonly turn: number };

/** A cut as text, for a replay: `12.40b85` or `@17`. */
export function formatCut(cut: ScriptCut): string {
  if ("turn" in cut) return `@${cut.turn}`;
  const { bytes, border = 0, fromEnd = false, unstableSeed } = cut.cut;
  const bits = border === 0 ? "" : `b${border}`;
  const unstable = unstableSeed === undefined ? "" : `u${unstableSeed}`;
  return `${cut.operation}.${bytes}${bits}${fromEnd ? "e" : ""}${unstable}`;
}

/** Throws if it is none. */
export function parseCut(text: string): ScriptCut {
  const turn = /^@(\d+)$/.exec(text);
  if (turn !== null) return { turn: Number(turn[1]) };
  const match = /^(\d+)\.(\d+)(?:b(\d+))?(e)?(?:u(\d+))?$/.exec(text);
  if (match === null) throw new Error(`"${text}" is no cut: expected 12.40, 12.40b85, 12.0u1, @17`);
  const [, operation, bytes, border, fromEnd, unstableSeed] = match;
  const cut = {
    bytes: Number(bytes),
    ...(border !== undefined && { border: Number(border) }),
    ...(fromEnd !== undefined && { fromEnd: true }),
    ...(unstableSeed !== undefined && { unstableSeed: Number(unstableSeed) }),
  };
  return { operation: Number(operation), cut };
}
