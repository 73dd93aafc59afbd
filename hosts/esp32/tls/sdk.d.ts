// Modules of the SDK that it has no declarations for, as far as TLS needs them. The manifest beside
// this file makes mcconfig read it, too.

declare module "ssl/session" {
  /** A socket as a session sees it. Counts are kept by both sides. */
  export interface Line {
    readable: number;
    writable: number;
    read(buffer: Uint8Array): void;
    /** Returns how many bytes more may be written. */
    write(packet: ArrayBuffer | Uint8Array): number;
  }

  export default class Session {
    constructor(options: Readonly<Record<string, unknown>>);
    /** Type of the handshake's message that was read last; -1 once it is answered. */
    readonly handshakeProcess: number;
    /** What the other side has complained about, or that it closes. */
    readonly alert: { readonly level: number; readonly description: number } | undefined;
    initiateHandshake(): void;
    /** One step. True when there are no more, after success or failure. */
    handshake(line: Line): boolean;
    /** The content of a record; undefined if none is complete, null if the other side closes. */
    read(line: Line): Uint8Array | undefined | null;
    write(line: Line, data: Uint8Array): number;
    close(line: Line): void;
  }
}

declare module "x509" {
  export interface PublicKey {
    /** RSA only. */
    readonly modulus?: bigint;
    readonly exponent?: bigint;
  }

  const X509: {
    decode(certificate: Uint8Array): {
      readonly tbs: Uint8Array;
      /** Object identifier, as numbers. */
      readonly algo: { toString(): string };
      readonly sig: unknown;
      readonly spki: PublicKey;
    };
    decodeTBS(tbs: Uint8Array): {
      readonly validity: { readonly from: number; readonly to: number };
    };
    decodeSAN(
      certificate: Uint8Array,
    ): readonly { readonly tag: number; readonly value: string | ArrayBuffer }[] | undefined;
    decodeExtension(
      certificate: Uint8Array,
      identifier: readonly number[],
    ): ArrayBuffer | Uint8Array | undefined;
  };
  export default X509;
}

declare module "pkcs1_5" {
  import type { PublicKey } from "x509";

  export default class PKCS1_5 {
    /** With `oid`, signatures name their digest. */
    constructor(key: PublicKey, isPrivate: boolean, oid?: readonly number[]);
    verify(digest: ArrayBuffer, signature: unknown): boolean;
  }
}
