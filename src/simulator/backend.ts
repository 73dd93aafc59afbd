// The service that a simulated device talks to: one of our own on a free loopback port, set up as
// a vendor would over the API, or an outside one that is set up already.

import { join } from "node:path";
import { formatMeta } from "../protocol/release.js";
import { ClientError } from "../client/client-error.js";
import { VendorClient } from "../client/vendor-client.js";
import { startService, type Service } from "../service/service.js";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";

export interface Release {
  readonly id: string;
  readonly version: string;
  readonly image: Uint8Array;
}

export interface OwnBackendOptions {
  readonly dataDirectory: string;
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
}

interface Credentials {
  readonly token: string;
  readonly rid: string;
}

/** An own service, with vendor, model and serial registered. */
export class OwnBackend {
  readonly #service: Service;
  readonly #client: VendorClient;
  readonly #model: string;

  private constructor(service: Service, client: VendorClient, model: string) {
    this.#service = service;
    this.#client = client;
    this.#model = model;
  }

  /** Starts the service and registers what is not registered yet. */
  static async open(options: OwnBackendOptions): Promise<OwnBackend> {
    const { dataDirectory, vendor, model, serial } = options;
    const service = await startService({ dataDirectory, port: 0 });
    try {
      const { token, rid } = await credentials(service, dataDirectory, vendor);
      const server = `http://127.0.0.1:${service.port}`;
      const client = new VendorClient({ server, token });
      await unlessThere(client.models.create(model, { rid }));
      await unlessThere(client.serials.add(model, serial));
      await unlessThere(client.serials.enable(model, serial, rid));
      return new OwnBackend(service, client, model);
    } catch (error) {
      await service.close();
      throw error;
    }
  }

  get port(): number {
    return this.#service.port;
  }

  /** Uploads a release; one that is there already stays as it is. */
  async publish({ id, version, image }: Release): Promise<void> {
    const sha256 = createHash("sha256").update(image).digest("hex");
    const { contents } = this.#client;
    await unlessThere(contents.create(this.#model, id, { meta: formatMeta({ version, sha256 }) }));
    await unlessThere(contents.upload(this.#model, id, image));
  }

  /** A device that comes without a CIK may activate although its serial did before. */
  async enableAgain(serial: string): Promise<void> {
    await this.#client.serials.regenerate(this.#model, serial);
  }

  close(): Promise<void> {
    return this.#service.close();
  }
}

/** The vendor's secrets of this data directory: made once, kept beside the data, mode 600. */
async function credentials(
  service: Service,
  dataDirectory: string,
  vendor: string,
): Promise<Credentials> {
  const file = join(dataDirectory, `vendor-${vendor}.json`);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Credentials;
  } catch {
    const { token, rid } = await service.admin.createVendor(vendor);
    writeFileSync(file, JSON.stringify({ token, rid }), { mode: 0o600 });
    return { token, rid };
  }
}

async function unlessThere(creating: Promise<unknown>): Promise<void> {
  try {
    await creating;
  } catch (error) {
    if (!(error instanceof ClientError) || error.kind !== "conflict") throw error;
  }
}
