// Which server is trusted: one whose certificate leads, each signed by the next, to the one
// authority that was compiled in (RFC 5280 section 6, for RSA with SHA-2; no revocation). Stands in
// the archive as "ssl/cert", in place of the SDK's module, which
//
// - accepts a certificate that the authority has not signed, if the authority's own certificate,
//   which is public, follows it in the list;
// - looks authorities up in a list that the product does not choose.
//
// No relative import but of types: the name in the archive has no folder to go up from.

import { Digest } from "crypt";
import PKCS1_5 from "pkcs1_5";
import X509, { type PublicKey } from "x509";

export interface CertificateOptions {
  /** DER of the authority's certificate. Its own dates and signature are not looked at. */
  readonly certificate: ArrayBuffer | Uint8Array;
  /** Called when a server's certificates were accepted. */
  readonly onBelieved: () => void;
}

interface SessionOptions {
  readonly tls_server_name?: string;
}

type HashName = "SHA256" | "SHA384" | "SHA512";

const chainMax = 4;
/** With smaller ones a signature can be forged where the padding is not checked closely. */
const exponentMin = 65537n;
const dnsName = 2;
const ipAddress = 7;
const basicConstraints = Object.freeze([2, 5, 29, 19]);

/** By the signature's algorithm: PKCS #1 with SHA-2. */
const hashes: Readonly<Partial<Record<string, HashName>>> = Object.freeze({
  "1,2,840,113549,1,1,11": "SHA256",
  "1,2,840,113549,1,1,12": "SHA384",
  "1,2,840,113549,1,1,13": "SHA512",
});

/** What a session of the SDK calls. */
export default class CertificateManager {
  readonly #authority: PublicKey;
  readonly #onBelieved: () => void;
  #peer: Uint8Array | undefined;

  constructor({ certificate, onBelieved }: CertificateOptions) {
    this.#authority = X509.decode(new Uint8Array(certificate)).spki;
    this.#onBelieved = onBelieved;
  }

  /** Whether the server that sent these certificates is the right one. */
  verify(certificates: readonly Uint8Array[], { tls_server_name: name }: SessionOptions): boolean {
    const [own] = certificates;
    if (own === undefined || certificates.length > chainMax) return false;
    if (name === undefined || !isFor(own, name.toLowerCase())) return false;
    for (const [index, certificate] of certificates.entries()) {
      if (!isCurrent(certificate, Date.now())) return false;
      if (index > 0 && !isAuthority(certificate)) return false;
      if (isSigned(certificate, this.#authority)) {
        this.#onBelieved();
        return true;
      }
      const next = certificates[index + 1];
      if (next === undefined || !isSigned(certificate, X509.decode(next).spki)) return false;
    }
    return false;
  }

  /** The server's own certificate, once it is trusted. */
  register(certificate: ArrayBuffer): void {
    this.#peer = new Uint8Array(certificate);
  }

  getKey(): PublicKey {
    if (this.#peer === undefined) throw new Error("no certificate");
    return X509.decode(this.#peer).spki;
  }

  /** A server that asks for a client certificate gets none. */
  findPreferredCert(): readonly ArrayBuffer[] {
    return [];
  }
}

/** Names and wildcards: RFC 6125 section 6.4, the whole left-most label only. */
function isFor(certificate: Uint8Array, name: string): boolean {
  const dot = name.indexOf(".");
  for (const { tag, value } of X509.decodeSAN(certificate) ?? []) {
    if (tag === dnsName && typeof value === "string") {
      const pattern = value.toLowerCase();
      if (pattern === name) return true;
      if (dot > 0 && pattern.startsWith("*.") && pattern.slice(1) === name.slice(dot)) return true;
    } else if (tag === ipAddress && typeof value !== "string") {
      if (value.byteLength === 4 && new Uint8Array(value).join(".") === name) return true;
    }
  }
  return false;
}

function isCurrent(certificate: Uint8Array, now: number): boolean {
  const { from, to } = X509.decodeTBS(X509.decode(certificate).tbs).validity;
  return from < now && now < to;
}

/** Whether it may sign others: `30 len 01 01 FF ...`. */
function isAuthority(certificate: Uint8Array): boolean {
  const value = X509.decodeExtension(certificate, basicConstraints);
  if (value === undefined) return false;
  const bytes = new Uint8Array(value);
  return bytes[0] === 0x30 && bytes[2] === 1 && bytes[3] === 1 && bytes[4] === 0xff;
}

function isSigned(certificate: Uint8Array, key: PublicKey): boolean {
  const { tbs, algo, sig } = X509.decode(certificate);
  const hash = hashes[algo.toString()];
  if (hash === undefined || key.modulus === undefined) return false;
  if (key.exponent === undefined || key.exponent < exponentMin) return false;
  const digest = new Digest(hash);
  // The C code reads any view of a buffer; the SDK's declaration knows only whole buffers.
  const view: unknown = tbs;
  digest.write(view as ArrayBuffer);
  return new PKCS1_5(key, false, []).verify(digest.close(), sig);
}
