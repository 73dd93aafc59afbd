// Vendors' scripts and libraries of 2012 to 2017, by what they say on the wire: segments, order and
// case of their fields, oddities included; docs/evidence/old-clients.md names them.

import assert from "node:assert/strict";
import { type Rig, splitReplies, startRig, stopRig, type WireReply } from "../harness.js";
import { OldConnection } from "./old-connection.js";
import { readByLength, readOnce } from "./old-readers.js";
import { VendorClient } from "../vendor-client.js";

const host = "Host: m2.exosite.com\r\n";
const form = "application/x-www-form-urlencoded; charset=utf-8";
const formType = `Content-Type: ${form}\r\n`;
const accept = "Accept: text/plain, text/csv, application/x-www-form-urlencoded\r\n";
const manage = "/provision/manage";

function length(body: string): string {
  return `Content-Length: ${body.length}\r\n`;
}

function only(received: string): WireReply {
  const [reply, ...more] = splitReplies(received);
  assert.ok(reply !== undefined && more.length === 0, received);
  return reply;
}

describe("old vendors", () => {
  let rig: Rig;
  let token: string;
  let cik: string;
  let rid: string;

  beforeEach(async () => {
    rig = await startRig();
    const acme = await VendorClient.create(rig, "acme");
    ({ token, cik, rid } = acme.credentials);
  });

  afterEach(async () => {
    await stopRig(rig);
    assert.deepEqual(rig.logged, []);
  });

  async function exchange(...pieces: readonly string[]): Promise<string> {
    const connection = await OldConnection.open(rig.service.port);
    await connection.send(...pieces);
    const received = await connection.receive();
    connection.close();
    return received;
  }

  it("with a bare socket send a line at a time, receive once, and see a refusal in the body", async () => {
    const key = `X-Exosite-Token: ${token}\r\n`;
    const get = async (target: string, field = key): Promise<string> =>
      readOnce(await exchange(`GET ${target} HTTP/1.1\r\n`, host, `${field}\r\n`));
    const call = async (line: string, body: string, ...fields: string[]): Promise<string> => {
      const head = [`${line} HTTP/1.1\r\n`, host, ...fields, formType, `${length(body)}\r\n`];
      return readOnce(await exchange(...head, body));
    };
    const remove = async (target: string): Promise<string> =>
      readOnce(await exchange(`DELETE ${manage}${target} HTTP/1.1\r\n`, host, `${key}\r\n`));
    const rpc = `{"calls": [{"id": 1, "procedure": "lookup", "arguments": ["alias", ""]}], "auth": {"cik": "${cik}"}}`;
    const looked = await call("POST /onep:v1/rpc/process", rpc);
    const [{ result: owner } = { result: "" }] = JSON.parse(looked) as { result: string }[];
    assert.equal(owner, rid);

    const model = `${manage}/model/m`;
    const content = `${manage}/content/m/FW`;
    await call(`POST ${manage}/model/`, `model=m&rid=${rid}&options[]=noaliases`, key);
    assert.equal(await get(`${manage}/model/`), "m\r\n");
    await call(`PUT ${model}`, `rid=${rid}&options=nohistorical`, key);
    assert.equal(await get(model), `rid=${rid}&options[]=nohistorical`);
    await call(`POST ${manage}/content/m/`, "id=FW&meta=New_Firmware", key);
    await call(`POST ${content}`, "THISISMYFIRMWAREFILE", key);
    const info = `"${form}",20,1400000000,New_Firmware`.replaceAll('"', "");
    assert.equal(await get(`${content}?`), `${info},false\r\n`);
    assert.equal(await get(`${content}?download=true`), "THISISMYFIRMWAREFILE");
    for (const sn of ["9001", "1999"]) await call(`POST ${model}/`, `add=true&sn=${sn}`, key);
    assert.equal(await get(`${model}/?`), "1999,,\r\n9001,,\r\n");
    const client = await call(`POST ${model}/9001`, `enable=true&owner=${owner}`, key);
    await call(`POST ${model}/1999`, "enable=true&oldsn=9001", key);
    assert.equal(await get(`${model}/1999?`), `notactivated,${client},\r\n`);
    assert.match(await get("/ip", ""), /^127,0,0,1,\d+,\d+$/);

    const identity = "vendor=acme&model=m&sn=1999";
    const first = await call("POST /provision/activate", identity);
    await assert.rejects(call("POST /provision/activate", identity), /HTTP\/1.1 409 Conflict/);
    await call(`POST ${model}/1999`, "enable=true", key);
    const second = await call("POST /provision/activate", identity);
    assert.notEqual(second, first);
    const line = `1400000000,127.0.0.1,${identity}\r\n`;
    assert.equal(await get(`${model}/1999?show=log`), line + line);
    const download = "/provision/download?vendor=acme&model=m&id=FW";
    const device = `X-Exosite-CIK: ${second}\r\n`;
    assert.equal(await get(`${download}&info=true`, device), `${info}\r\n`);
    assert.equal(await get(download, device), "THISISMYFIRMWAREFILE");

    await call(`POST ${model}/1999`, "disable=true", key);
    assert.equal(await get(`${model}/1999?`), `expired,${client},\r\n`);
    for (const target of ["/model/m/9001", "/model/m/1999", "/content/m/FW"]) await remove(target);
    assert.equal(await get(`${manage}/content/m/`), "");
    await remove("/model/m");
    assert.equal(await get(`${manage}/model/`), "");
  });

  it("in Python encode brackets, send an empty token, and a form with a DELETE", async () => {
    const call = async (line: string, key = token, fields = "", body = ""): Promise<WireReply> =>
      only(
        await exchange(
          `${line} HTTP/1.1\r\n${host}User-Agent: python-requests/2.7.0\r\n` +
            `Accept-Encoding: gzip, deflate\r\n${accept}Connection: keep-alive\r\n` +
            `X-Exosite-Token: ${key}\r\n${fields}\r\n${body}`,
        ),
      );
    const post = (line: string, body: string, type = formType, key = token): Promise<WireReply> =>
      call(line, key, `${type}${length(body)}`, body);
    const get = (target: string): Promise<WireReply> => call(`GET ${target}`);
    const model = `${manage}/model/m`;
    const code = "c3179520f56adf89992bb69d107daee29a83c563";
    await post(`POST ${manage}/model/`, `model=m&code=${code}&options%5B%5D=noaliases`);
    assert.equal((await get(model)).body, `code=${code}&options[]=noaliases`);
    await post(`PUT ${model}`, `rid=${rid}&options%5B%5D=nocomments`, "");
    assert.equal((await get(model)).body, `rid=${rid}&options[]=nocomments`);
    await post(`POST ${model}/`, "add=true&sn=4&extra=Extra+info");
    await post(`POST ${model}/`, "add=true&sn%5B%5D=2&sn%5B%5D=3");
    const rows = "Content-Type: text/csv; charset=utf-8\r\n";
    await post(`POST ${model}/`, "7,Extra Info\r\n8,Extra Info\r\n", rows);
    await post(`POST ${model}/`, "remove=true&sn%5B%5D=2&sn%5B%5D=3");
    await call(`DELETE ${model}/`, token, `${rows}${length("8\n")}`, "8\n");
    const listed = await get(`${model}/?offset=0&limit=1000&status=true`);
    assert.equal(listed.body, "4,,,Extra info\r\n7,,,Extra Info\r\n");
    const ranges =
      '{"ranges": [{"format": "base10", "length": null, "casing": null, "first": 10, "last": 19}]}';
    await post(`POST ${model}/`, ranges, "Content-Type: application/javascript; charset=utf-8\r\n");
    await post(`POST ${model}/12`, `enable=true&owner=${rid}`);

    const activated = await post(
      "POST /provision/activate",
      "vendor=acme&model=m&sn=12",
      formType,
      "",
    );
    assert.match(activated.body, /^[0-9a-f]{40}$/);
    assert.equal((await call("GET /provision/register")).body, "acme");
    assert.equal((await call("GET /provision/register", cik)).status, 401);

    const content = `${manage}/content/m/a.txt`;
    const missing = await get(content);
    assert.equal(missing.body.trim(), "HTTP/1.1 404 Not Found");
    await post(`POST ${manage}/content/m/`, "id=a.txt&meta=");
    await post(`POST ${content}`, "This is content data", "Content-Type: text/plain\r\n");
    // Split at its commas it must have five parts.
    assert.equal((await get(content)).body, "text/plain,20,1400000000,,false\r\n");
    assert.equal((await call(`DELETE ${content}`, token, length(""))).status, 205);
    const form3 = "delete=true&model=m&confirm=true";
    assert.equal((await call(`DELETE ${model}`, token, length(form3), form3)).status, 205);
  });

  it("in Go put a GET's parameters into its body, and send two types with an upload", async () => {
    const connection = await OldConnection.open(rig.service.port);
    const call = async (
      method: string,
      target: string,
      types: string,
      body?: string,
    ): Promise<WireReply> => {
      const size = body === undefined ? "" : length(body);
      const head = `${method} ${target} HTTP/1.1\r\n${host}User-Agent: Go-http-client/1.1\r\n`;
      const key = `X-Exosite-Token: ${token}\r\nAccept-Encoding: gzip\r\n\r\n`;
      await connection.send(`${head}${size}${accept}${types}${key}${body ?? ""}`);
      return only(await connection.receive());
    };
    const model = `${manage}/model/m`;
    await call("POST", `${manage}/model/`, formType, `model=m&rid=${rid}&options[]=noaliases`);
    await call("POST", `${model}/`, formType, "add=true&sn[]=1&sn[]=2");
    const listed = await call("GET", `${model}/`, "", "offset=0&limit=10");
    assert.equal(listed.body, "1,,\r\n2,,\r\n");
    await call("POST", `${manage}/content/m/`, formType, "id=a.txt&meta=This is text");
    const upload = `${manage}/content/m/a.txt`;
    await call("POST", upload, `Content-Type: text/plain\r\n${formType}`, "This is content data");
    const info = await call("GET", upload, "");
    assert.equal(info.body, "text/plain,20,1400000000,This is text,false\r\n");
    assert.equal((await call("DELETE", upload, "")).status, 205);
    connection.close();
  });

  it("in .NET wait for a 100 before each body, and name the host last", async () => {
    const connection = await OldConnection.open(rig.service.port);
    const post = async (target: string, type: string, body: string): Promise<WireReply> => {
      const expect = "Expect: 100-continue\r\n";
      const head = `POST ${target} HTTP/1.1\r\n${accept}Content-Type: ${type}\r\n`;
      const key = `X-Exosite-Token: ${token}\r\n`;
      await connection.send(`${head}${key}${length(body)}${expect}${host}\r\n`);
      assert.equal(await connection.receive(), "HTTP/1.1 100 Continue\r\n\r\n");
      await connection.send(body);
      return only(await connection.receive());
    };
    const model = `${manage}/model/`;
    assert.equal((await post(model, form, `model=m&rid=${rid}`)).status, 205);
    const id = "id=a.txt&meta=This%20is%20text";
    assert.equal((await post(`${manage}/content/m/`, form, id)).status, 205);
    // The library adds the type of an upload to the one it always sends.
    const both = `${form},text/plain`;
    assert.equal((await post(`${manage}/content/m/a.txt`, both, "This is data")).status, 205);
    connection.close();
  });

  it("say Close with a blank behind it, and a length in lower case without one", async () => {
    const key = `X-Exosite-Token: ${token}\r\n`;
    const call = async (line: string, ...fields: string[]): Promise<string> => {
      const connection = await OldConnection.open(rig.service.port);
      await connection.send(
        `${line} HTTP/1.1\r\n${host}${key}Connection: Close \r\n${fields.join("")}`,
      );
      const received = await connection.receive();
      await connection.closed();
      return received;
    };
    const body = `model=m&rid=${rid}`;
    const short = `content-length:${body.length}\r\n\r\n`;
    const made = await call(`POST ${manage}/model/`, formType, short, body);
    assert.match(
      made,
      /^HTTP\/1.1 205 Reset Content\r\n[^]*\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n$/,
    );
    assert.equal(readByLength(await call(`GET ${manage}/model/`, "\r\n")), "m\r\n");
  });

  it("of 2013 take their name by their CIK, and describe instead of giving meta", async () => {
    const owner = await rig.service.admin.createOwner({ vendor: null });
    const call = async (line: string, body = ""): Promise<WireReply> =>
      only(
        await exchange(
          `${line} HTTP/1.1\r\nAccept-Encoding: identity\r\n${length(body)}${host}${accept}` +
            `User-Agent: Python-urllib/2.7\r\nConnection: close\r\n` +
            `X-exosite-cik: ${owner.cik}\r\n${formType}\r\n${body}`,
        ),
      );
    const register = "POST /provision/register";
    assert.equal((await call(register, "vendor=old")).status, 205);
    await call(`POST ${manage}/model/`, `model=m&rid=${owner.rid}&options%5B%5D=nohistorical`);
    await call(`POST ${manage}/content/m/`, "description=This+is+a.txt%21&id=a.txt");
    const info = await call(`GET ${manage}/content/m/a.txt`);
    assert.equal(info.body, "application/octet-stream,0,1400000000,This is a.txt!,false\r\n");
    assert.equal((await call(register, "vendor=old&delete=true")).status, 205);
    assert.equal((await call(`GET ${manage}/model/`)).status, 403);
  });
});
