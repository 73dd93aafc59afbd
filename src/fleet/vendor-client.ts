// A vendor's client of the management API, over the built-in fetch. Each method is one procedure
// and cites its number. Secrets go into header fields and nowhere else.

import { encodeForm } from "../protocol/form.js";
import { formContentType, tokenHeader } from "../protocol/paths.js";
import { FleetError, kindOfStatus } from "./fleet-error.js";

export interface VendorClientOptions {
  /** `http://host:port`, without a slash at the end. */
  readonly server: string;
  readonly token: string;
  readonly timeoutMs?: number;
}

type Form = readonly (readonly [key: string, value: string])[];

const timeoutMsDefault = 60_000;

export class VendorClient {
  readonly #options: VendorClientOptions;

  constructor(options: VendorClientOptions) {
    this.#options = options;
  }

  /** 28: makes a model from a template, named by its RID. Throws `conflict` if it exists. */
  async createModel(model: string, templateRid: string): Promise<void> {
    await this.#post("/provision/manage/model/", [
      ["model", model],
      ["rid", templateRid],
    ]);
  }

  /** 35: adds a serial number. Throws `conflict` if it exists. */
  async addSerial(model: string, serial: string): Promise<void> {
    await this.#post(`/provision/manage/model/${encodeURIComponent(model)}/`, [["sn", serial]]);
  }

  /** 46: makes the serial's client, which may then activate once. @returns its RID */
  enableSerial(model: string, serial: string, ownerRid: string): Promise<string> {
    return this.#post(serialPath(model, serial), [
      ["enable", "true"],
      ["owner", ownerRid],
    ]);
  }

  /** 48: kills the serial's CIK; it may activate once more. */
  async regenerateSerial(model: string, serial: string): Promise<void> {
    await this.#post(serialPath(model, serial), [["enable", "true"]]);
  }

  /** 3: makes a content entity, still without content. Throws `conflict` if it exists. */
  async createContent(model: string, id: string, meta: string): Promise<void> {
    await this.#post(`/provision/manage/content/${encodeURIComponent(model)}/`, [
      ["id", id],
      ["meta", meta],
    ]);
  }

  /** 10: uploads the content of an entity, once. Throws `conflict` if it has one. */
  async uploadContent(model: string, id: string, content: Uint8Array, type: string): Promise<void> {
    const path = `/provision/manage/content/${encodeURIComponent(model)}/${encodeURIComponent(id)}`;
    await this.#send(path, type, Buffer.from(content));
  }

  #post(path: string, form: Form): Promise<string> {
    return this.#send(path, formContentType, encodeForm(form));
  }

  async #send(path: string, contentType: string, body: string | Buffer): Promise<string> {
    const { server, token, timeoutMs = timeoutMsDefault } = this.#options;
    let response: Response;
    try {
      response = await fetch(server + path, {
        method: "POST",
        headers: { [tokenHeader]: token, "Content-Type": contentType },
        body,
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (error) {
      const cause = error instanceof Error ? (error.cause ?? error) : error;
      throw new FleetError("unreachable", `${server} does not answer: ${String(cause)}`);
    }
    const text = await response.text();
    if (response.ok) return text;
    const { status } = response;
    throw new FleetError(
      kindOfStatus(status),
      `POST ${path}: the service answered ${status}`,
      status,
    );
  }
}

function serialPath(model: string, serial: string): string {
  return `/provision/manage/model/${encodeURIComponent(model)}/${encodeURIComponent(serial)}`;
}
