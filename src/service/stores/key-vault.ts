// Keeps CIKs and tokens so that a stolen database hands out none: sealed with AES-256-GCM and
// found again by HMAC-SHA-256, both under keys derived from one master key that is not in the
// database. The master key is 64 hex digits, from the environment or from a file of mode 600.
//
//     sealed: | nonce 12 | tag 16 | ciphertext, as long as the secret |
//
// The caller names a context (the RID) that is authenticated with the secret: a sealed secret
// copied to another row does not open.

import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import {
  closeSync,
  fsyncSync,
  linkSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { makeDataDirectory } from "../database/data-directory.js";
import { ServiceError } from "../errors.js";

const keyFileName = "provision.key";
const masterKeyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;
const cipher = "aes-256-gcm";

export class KeyVault {
  readonly #sealingKey: Buffer;
  readonly #lookupKey: Buffer;

  /** `masterKey`: 32 bytes. */
  constructor(masterKey: Uint8Array) {
    this.#sealingKey = deriveKey(masterKey, "provision: sealing of secrets");
    this.#lookupKey = deriveKey(masterKey, "provision: lookup of secrets");
  }

  /** The keyed digest under which a secret is found: 32 bytes. */
  lookup(secret: string): Buffer {
    return createHmac("sha256", this.#lookupKey).update(secret).digest();
  }

  seal(secret: string, context: string): Buffer {
    const nonce = randomBytes(nonceBytes);
    const sealing = createCipheriv(cipher, this.#sealingKey, nonce).setAAD(Buffer.from(context));
    const ciphertext = Buffer.concat([sealing.update(secret, "utf8"), sealing.final()]);
    return Buffer.concat([nonce, sealing.getAuthTag(), ciphertext]);
  }

  /** Throws if `sealed` was not made by `seal` with this key and context. */
  open(sealed: Uint8Array, context: string): string {
    const tagEnd = nonceBytes + tagBytes;
    const opening = createDecipheriv(cipher, this.#sealingKey, sealed.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    });
    opening.setAAD(Buffer.from(context)).setAuthTag(sealed.subarray(nonceBytes, tagEnd));
    return opening.update(sealed.subarray(tagEnd), undefined, "utf8") + opening.final("utf8");
  }
}

/** Compares two lookups in constant time: the database's index finds a row, this decides. */
export function sameLookup(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function deriveKey(masterKey: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", masterKey, new Uint8Array(0), purpose, masterKeyBytes));
}

/**
 * The vault for the database in `dataDirectory`: under `keyText` if given, else under the key file
 * there, which is made if there is none. Throws ServiceError `key-file` if the key is not one, or
 * if others may read the file.
 */
export function openKeyVault(dataDirectory: string, keyText: string | undefined): KeyVault {
  if (keyText !== undefined) return new KeyVault(parseKey(keyText, "PROVISION_KEY"));
  const path = join(dataDirectory, keyFileName);
  try {
    createKeyFile(dataDirectory, path);
    const mode = statSync(path).mode & 0o777;
    if ((mode & 0o077) !== 0) {
      const found = mode.toString(8);
      throw new ServiceError("key-file", `${path} must have mode 600; it has mode ${found}`);
    }
    return new KeyVault(parseKey(readFileSync(path, "latin1").trim(), path));
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError("key-file", `cannot read ${path}: ${String(error)}`, { cause: error });
  }
}

function parseKey(text: string, where: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new ServiceError("key-file", `${where} must hold 64 hexadecimal digits`);
  }
  return Buffer.from(text, "hex");
}

/**
 * Makes the key file unless there is one. It appears under its name only when its bytes are on
 * disk: a crash leaves no half a key, and of two processes that try, one wins and both read it.
 */
function createKeyFile(dataDirectory: string, path: string): void {
  makeDataDirectory(dataDirectory);
  if (statSync(path, { throwIfNoEntry: false }) !== undefined) return;
  const draftPath = `${path}.${randomBytes(8).toString("hex")}`;
  const draft = openSync(draftPath, "wx", 0o600);
  try {
    writeSync(draft, `${randomBytes(masterKeyBytes).toString("hex")}\n`);
    fsyncSync(draft);
  } finally {
    closeSync(draft);
  }
  try {
    linkSync(draftPath, path); // Commit point.
  } catch (error) {
    if (!isFileExists(error)) throw error;
  } finally {
    unlinkSync(draftPath);
  }
  const directory = openSync(dataDirectory, "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function isFileExists(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}
