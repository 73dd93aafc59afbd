// The SDK's reader of certificates. A certificate is JSON here, and its signature the name of the key
// that made it.

export interface FakeCertificate {
  readonly names?: readonly { readonly tag: number; readonly value: string | number[] }[];
  readonly from?: number;
  readonly to?: number;
  readonly authority?: boolean;
  readonly key: string;
  readonly signedBy: string;
  readonly algorithm?: string;
  readonly exponent?: number;
}

const sha256WithRSA = "1,2,840,113549,1,1,11";

export function encode(certificate: FakeCertificate): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(certificate));
}

function parse(bytes: Uint8Array): FakeCertificate {
  return JSON.parse(new TextDecoder().decode(bytes)) as FakeCertificate;
}

/** The number that stands for a key. */
export function modulus(key: string): bigint {
  return BigInt(`0x${Buffer.from(key).toString("hex")}`);
}

export default {
  decode(bytes: Uint8Array) {
    const { key, signedBy, algorithm = sha256WithRSA, exponent = 65537 } = parse(bytes);
    return {
      tbs: bytes,
      algo: algorithm,
      sig: signedBy,
      spki: { modulus: modulus(key), exponent: BigInt(exponent) },
    };
  },

  decodeTBS(bytes: Uint8Array) {
    const { from = 0, to = Infinity } = parse(bytes);
    return { validity: { from, to } };
  },

  decodeSAN(bytes: Uint8Array) {
    return parse(bytes).names?.map(({ tag, value }) => ({
      tag,
      value: typeof value === "string" ? value : Uint8Array.from(value).buffer,
    }));
  },

  decodeExtension(bytes: Uint8Array): Uint8Array | undefined {
    const { authority } = parse(bytes);
    if (authority === undefined) return undefined;
    return authority ? Uint8Array.of(0x30, 3, 1, 1, 0xff) : Uint8Array.of(0x30, 0);
  },
};
