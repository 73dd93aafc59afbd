// SHA-256 over a stream of bytes.

/** One SHA-256 under way. */
export interface Digest {
  /** Takes the next bytes in. */
  write(bytes: Uint8Array): void;
  /** The 32 bytes. The digest cannot be used afterwards. */
  close(): Uint8Array;
}

/** Starts a SHA-256. */
export type OpenDigest = () => Digest;
