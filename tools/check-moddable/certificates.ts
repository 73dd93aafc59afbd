// Certificates for the check, made anew each time by openssl: an authority, what it signed, and what
// somebody else signed. Good for two days; the keys stay in the folder of products.

import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a server shows: PEM. */
export interface ServerIdentity {
  /** Its own certificate first. */
  readonly chain: string;
  readonly key: string;
}

export class Authority {
  readonly #folder: string;
  readonly #name: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
  }

  /** Throws an Error if openssl is missing. */
  static create(folder: string, name: string): Authority {
    mkdirSync(folder, { recursive: true });
    const authority = new Authority(folder, name);
    const { key, certificate } = authority.#files(name);
    const subject = ["-subj", `/CN=${name}`, "-days", "2"];
    openssl(["req", "-x509", ...newKey(key), ...subject, "-out", certificate]);
    return authority;
  }

  /** DER: what a device is given. */
  get certificate(): Buffer {
    const { certificate } = this.#files(this.#name);
    const der = `${certificate}.der`;
    openssl(["x509", "-in", certificate, "-outform", "DER", "-out", der]);
    const bytes = readFileSync(der);
    rmSync(der);
    return bytes;
  }

  /** PEM. */
  get text(): string {
    return readFileSync(this.#files(this.#name).certificate, "utf8");
  }

  /** A server of this name that the authority vouches for; its chain ends with the authority. */
  sign(name: string): ServerIdentity {
    const authority = this.#files(this.#name);
    const { key, certificate, request, extensions } = this.#files(`${this.#name}-server`);
    openssl(["req", ...newKey(key), "-subj", `/CN=${name}`, "-out", request]);
    writeFileSync(extensions, `subjectAltName=DNS:${name}\nbasicConstraints=CA:FALSE\n`);
    openssl([
      ...["x509", "-req", "-in", request, "-CA", authority.certificate, "-CAkey", authority.key],
      ...["-CAcreateserial", "-days", "2", "-sha256", "-extfile", extensions, "-out", certificate],
    ]);
    return { chain: readFileSync(certificate, "utf8") + this.text, key: readFileSync(key, "utf8") };
  }

  #files(name: string) {
    const path = (ending: string): string => join(this.#folder, `${name}.${ending}`);
    return {
      key: path("key"),
      certificate: path("pem"),
      request: path("csr"),
      extensions: path("cnf"),
    };
  }
}

function newKey(file: string): string[] {
  return ["-newkey", "rsa:2048", "-sha256", "-nodes", "-keyout", file];
}

function openssl(parameters: readonly string[]): void {
  const { error, status, stderr } = spawnSync("openssl", parameters, { encoding: "utf8" });
  if (error !== undefined) throw new Error("openssl is missing (apt-get install openssl)");
  if (status !== 0) throw new Error(`openssl ${parameters.join(" ")}: ${stderr}`);
}
