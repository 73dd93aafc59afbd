// Why the factory makes nothing of what it was given: one line, for the person at the bench.

export type FactoryErrorKind =
  /** A vendor, model, serial, host or port that no device would take. */
  | "identity"
  /** The partition table lacks what a device needs, or cannot be read. */
  | "layout"
  /** Firmware or boot loader is no good image. */
  | "image"
  /** Images for different chips, or for a chip that was not asked for. */
  | "chip"
  /** Something does not fit its place. */
  | "size";

export class FactoryError extends Error {
  override readonly name = "FactoryError";

  constructor(
    readonly kind: FactoryErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
