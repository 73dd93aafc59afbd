// Why an application image is refused. One kind per check of ESP-IDF's esp_image_verify, and one
// for a missing descriptor, which only the early check asks for.

export type AppImageErrorKind =
  /** The first byte is not E9: nothing flashed here, or not an image. */
  | "magic"
  /** Made for another chip. */
  | "chip-id"
  /** Made for a newer or an older revision of this chip. */
  | "chip-revision"
  /** Made for another layout of this chip's eFuses. */
  | "efuse-block-revision"
  | "segment-count"
  | "segment-length"
  /** A segment that is mapped from flash does not lie where its address needs it. */
  | "segment-address"
  /** There is no application descriptor. */
  | "descriptor"
  /** The image does not fit the bytes it is given. */
  | "byte-length"
  | "checksum"
  /** The appended SHA-256 is not that of the image. */
  | "digest";

/** An image that no chip, or not this chip, would start. The message says what was found. */
export class AppImageError extends Error {
  override readonly name = "AppImageError";

  constructor(
    readonly kind: AppImageErrorKind,
    message: string,
  ) {
    super(message);
  }
}
