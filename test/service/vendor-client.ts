// A vendor and its devices, as the tests need them: each step over the wire, and each must work.

import assert from "node:assert/strict";
import type { VendorCredentials } from "../../src/service/admin.js";
import { ask } from "./harness.js";
import type { Rig, WireReply, WireRequest } from "./harness.js";

export class VendorClient {
  constructor(
    private readonly rig: Rig,
    readonly credentials: VendorCredentials,
  ) {}

  static async create(rig: Rig, name: string): Promise<VendorClient> {
    return new VendorClient(rig, await rig.service.admin.createVendor(name));
  }

  get tokenHeader(): string {
    return `X-Exosite-Token: ${this.credentials.token}`;
  }

  ask(request: WireRequest): Promise<WireReply> {
    const headers = [this.tokenHeader, ...(request.headers ?? [])];
    return ask(this.rig.service.port, { ...request, headers });
  }

  async post(target: string, body: string, headers: readonly string[] = []): Promise<WireReply> {
    return this.ask({ method: "POST", target, body, headers });
  }

  async createModel(model: string): Promise<void> {
    const body = `model=${model}&rid=${this.credentials.rid}`;
    const reply = await this.post("/provision/manage/model/", body);
    assert.equal(reply.status, 205);
  }

  async addSerial(model: string, sn: string): Promise<void> {
    const reply = await this.post(`/provision/manage/model/${model}/`, `sn=${sn}`);
    assert.equal(reply.status, 205);
  }

  /** Returns the RID of the new client. */
  async enable(model: string, sn: string): Promise<string> {
    const body = `enable=true&owner=${this.credentials.rid}`;
    const reply = await this.post(`/provision/manage/model/${model}/${sn}`, body);
    assert.equal(reply.status, 200);
    return reply.body;
  }

  activate(model: string, sn: string): Promise<WireReply> {
    return ask(this.rig.service.port, {
      method: "POST",
      target: "/provision/activate",
      body: `vendor=${this.credentials.vendor}&model=${model}&sn=${sn}`,
    });
  }

  /** Adds, enables and activates; returns the CIK. */
  async addDevice(model: string, sn: string): Promise<string> {
    await this.addSerial(model, sn);
    await this.enable(model, sn);
    const reply = await this.activate(model, sn);
    assert.equal(reply.status, 200);
    return reply.body;
  }

  async createContent(model: string, id: string, more = ""): Promise<void> {
    const reply = await this.post(`/provision/manage/content/${model}/`, `id=${id}${more}`);
    assert.equal(reply.status, 205);
  }

  async upload(model: string, id: string, blob: string): Promise<void> {
    const type = "Content-Type: application/x-firmware";
    const reply = await this.post(`/provision/manage/content/${model}/${id}`, blob, [type]);
    assert.equal(reply.status, 205);
  }

  /** What a device of this vendor asks of a content. */
  download(model: string, id: string, cik: string, ...headers: string[]): Promise<WireReply> {
    const { vendor } = this.credentials;
    return ask(this.rig.service.port, {
      method: "GET",
      target: `/provision/download?vendor=${vendor}&model=${model}&id=${id}`,
      headers: [`X-Exosite-CIK: ${cik}`, ...headers],
    });
  }
}
