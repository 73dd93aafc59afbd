// A vendor and its devices, as the tests need them: each step over the wire, and each must work.

import assert from "node:assert/strict";
import type { VendorCredentials } from "../../src/service/admin.js";
import { ask, type Rig, type WireReply, type WireRequest } from "./harness.js";

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

  get(target: string, headers: readonly string[] = []): Promise<WireReply> {
    return this.ask({ method: "GET", target, headers });
  }

  /** Posts below /provision/manage what must be answered 205. */
  async change(target: string, body: string, headers: readonly string[] = []): Promise<void> {
    const reply = await this.post(`/provision/manage${target}`, body, headers);
    assert.equal(reply.status, 205);
  }

  async createModel(model: string, template = `rid=${this.credentials.rid}`): Promise<void> {
    await this.change("/model/", `model=${model}&${template}`);
  }

  /** Adds ranges, each as JSON has it. */
  async addRanges(model: string, ...ranges: object[]): Promise<void> {
    const type = "Content-Type: application/javascript; charset=utf-8";
    await this.change(`/model/${model}/`, JSON.stringify({ ranges }), [type]);
  }

  async share(model: string, vendor: string): Promise<void> {
    await this.change(`/share/${model}/`, `vendor=${vendor}`);
  }

  async createGroup(model: string, group: string, meta = ""): Promise<void> {
    await this.change(`/group/${model}/`, `id=${group}&meta=${meta}`);
  }

  /** `rows`: CSV of type, id, expire and meta. */
  async addMembers(model: string, group: string, ...rows: string[]): Promise<void> {
    const type = "Content-Type: text/csv; charset=utf-8";
    await this.change(`/group/${model}/${group}/`, rows.join("\r\n"), [type]);
  }

  async addSerial(model: string, sn: string): Promise<void> {
    await this.change(`/model/${model}/`, `sn=${sn}`);
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
    await this.change(`/content/${model}/`, `id=${id}${more}`);
  }

  async upload(model: string, id: string, blob: string): Promise<void> {
    await this.change(`/content/${model}/${id}`, blob, ["Content-Type: application/x-firmware"]);
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
