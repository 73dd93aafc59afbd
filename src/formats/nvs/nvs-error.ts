// The one error of the NVS code: what is wrong with the partition or with what was asked of it.

/**
 * What went wrong, and so what can be done:
 *   full           the value does not fit; the old one is still there. Erase something.
 *   bad-key        a key or namespace that is empty or holds a NUL.
 *   key-too-long   a key or namespace of more than 15 bytes.
 *   bad-value      a number its type cannot hold, or a string with a NUL.
 *   value-too-long never fits into this partition.
 *   type-mismatch  the key holds another type than was asked for.
 *   duplicate-key  an image was to hold one key twice.
 *   read-only      the partition was opened for reading.
 *   interrupted    an earlier write threw half way. Open the partition again.
 *   no-free-page   no page is free, and one is needed to move entries. Nothing was wiped.
 *   new-version    a page of a later format. Nothing was changed.
 */
export type NvsErrorKind =
  | "full"
  | "bad-key"
  | "key-too-long"
  | "bad-value"
  | "value-too-long"
  | "type-mismatch"
  | "duplicate-key"
  | "read-only"
  | "interrupted"
  | "no-free-page"
  | "new-version";

export class NvsError extends Error {
  override readonly name = "NvsError";
  readonly kind: NvsErrorKind;

  constructor(kind: NvsErrorKind, message: string) {
    super(message);
    this.kind = kind;
  }
}
