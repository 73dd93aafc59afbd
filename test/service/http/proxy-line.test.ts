import assert from "node:assert/strict";
import fc from "fast-check";
import { parseProxyLine, proxyLineBytesMax } from "../../../src/service/http/proxy-line.js";
import { RawClient, requestText, type Rig, splitReplies, startRig, stopRig } from "../harness.js";
import { VendorClient } from "../vendor-client.js";

const line = "PROXY TCP4 192.0.2.7 198.51.100.1 56324 443";

describe("a line of the PROXY protocol", () => {
  it("tells the client, and where it connected to", () => {
    assert.deepEqual(parseProxyLine(line), {
      remoteAddress: "192.0.2.7",
      localAddress: "198.51.100.1",
      localPort: 443,
    });
    assert.deepEqual(parseProxyLine("PROXY TCP6 2001:db8::7 2001:db8::1 1 65535"), {
      remoteAddress: "2001:db8::7",
      localAddress: "2001:db8::1",
      localPort: 65_535,
    });
  });

  it("may tell nothing", () => {
    assert.equal(parseProxyLine("PROXY UNKNOWN"), "unknown");
    assert.equal(parseProxyLine("PROXY UNKNOWN ffff:: ffff:: 65535 65535"), "unknown");
  });

  for (const text of [
    "",
    "PROXY",
    "PROXY TCP4",
    line.toLowerCase(),
    line.replace("TCP4", "TCP6"),
    line.replace("443", "65536"),
    line.replace("443", "-1"),
    `${line} more`,
    line.replace(" ", "  "),
    line.replace("192.0.2.7", "example.com"),
    "GET / HTTP/1.1",
  ]) {
    it(`is not "${text}"`, () => {
      assert.equal(parseProxyLine(text), undefined);
    });
  }
});

describe("a service behind a proxy that tells whose connections are", () => {
  let rig: Rig;
  let acme: VendorClient;

  const activation = (sn: string): string =>
    requestText({
      method: "POST",
      target: "/provision/activate",
      body: `vendor=acme&model=m&sn=${sn}`,
    });

  before(async () => {
    // The vendor's own requests come through no proxy.
    const direct = await startRig();
    acme = await VendorClient.create(direct, "acme");
    await acme.createModel("m");
    for (const sn of ["1", "2"]) {
      await acme.addSerial("m", sn);
      await acme.enable("m", sn);
    }
    await direct.service.close();
    const limits = { headTimeMs: 200 };
    rig = await startRig({
      dataDirectory: direct.directory,
      options: { proxyProtocol: true, limits },
    });
  });
  after(async () => {
    await stopRig(rig);
    assert.deepEqual(rig.logged, []);
  });

  it("keeps the device's address in the activation log, however the bytes come", async () => {
    const log = requestText({
      method: "GET",
      target: "/provision/manage/model/m/1?show=log",
      headers: [acme.tokenHeader],
    });
    const text = `${line}\r\n${activation("1")}${log}`;
    const client = await RawClient.open(rig.service.port);
    for (const character of text) {
      client.send(character);
      await new Promise(setImmediate);
    }
    const [, reply] = await client.replies(2);
    assert.equal(reply?.body, "1400000000,192.0.2.7,vendor=acme&model=m&sn=1\r\n");
  });

  it("tells where the device connected to", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(line.length + 20), async (cut) => {
        const text = `${line}\r\n${requestText({ method: "GET", target: "/ip" })}`;
        const client = await RawClient.open(rig.service.port);
        client.send(text.slice(0, cut));
        await new Promise(setImmediate);
        client.send(text.slice(cut));
        const [reply] = await client.replies(1);
        assert.equal(reply?.body, "198,51,100,1,1,187");
        client.socket.destroy();
      }),
      { numRuns: 20 },
    );
  });

  it("answers a health check of the proxy's own", async () => {
    const client = await RawClient.open(rig.service.port);
    client.send(`PROXY UNKNOWN\r\n${requestText({ method: "GET", target: "/healthz" })}`);
    const [reply] = await client.replies(1);
    assert.equal(reply?.body, "ok");
    client.socket.destroy();
  });

  for (const [what, text] of [
    ["begins with a request", activation("2")],
    ["has no end of its line", `${"P".repeat(proxyLineBytesMax)}\r\n${activation("2")}`],
    ["says nothing", ""],
  ] as const) {
    it(`closes without a word on a connection that ${what}`, async () => {
      const client = await RawClient.open(rig.service.port);
      client.send(text);
      assert.equal(await client.untilClosed(), "");
    });
  }

  it("ends connections that have not said whose they are when it closes", async () => {
    const other = await startRig({ options: { proxyProtocol: true } });
    const silent = await RawClient.open(other.service.port);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await stopRig(other);
    assert.deepEqual(splitReplies(await silent.untilClosed()), []);
  });
});
