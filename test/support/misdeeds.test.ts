// Every misdeed reaches the peer: what comes over the network is not what an honest service sends,
// and, of the harmless ones, another form of the same.

import assert from "node:assert/strict";
import { VirtualNetwork } from "../../hosts/node/virtual-network.js";
import { VirtualTime } from "../../hosts/node/virtual-time.js";
import { seededRandom } from "../../src/simulator/chip/seeded.js";
import { misdeeds, type Misdeed } from "./misdeeds.js";
import { TcpRecorder } from "./tcp-recorder.js";
import { ascii, VirtualService } from "./virtual-service.js";

const server = { address: "10.0.0.1", port: 80 };
const hourMs = 3_600_000;
const content = Uint8Array.from({ length: 9000 }, (_, index) => (index * 31) & 255);

/** All that comes over one connection in answer to two ranged requests, and when. */
function transcriptOf(misdeed: Misdeed | undefined, seed = 1) {
  const time = new VirtualTime();
  const network = new VirtualNetwork(time, { windowBytes: 65_536 });
  const service = new VirtualService();
  network.listen(server.address, server.port, service.accept);
  service.ciks.set("0001", "c".repeat(40));
  service.contents.set("lamp-1.1.0", { bytes: content, meta: "", timestampSeconds: 1 });
  const schedule = (callback: () => void, delayMs: number): void => {
    time.schedule(callback, delayMs);
  };
  const bend = misdeed?.make({ random: seededRandom(seed), schedule });
  if (bend !== undefined) service.bend = bend;
  const socket = new TcpRecorder(network.connect, server);
  let lastMs = 0;
  let ended = false;
  socket.react = (event) => {
    lastMs = time.nowMs;
    if (event === "readable") socket.read();
    if (event === "error") ended = true;
  };
  time.runUntil(() => false, 1000);
  for (const first of [0, 4096]) {
    socket.write(
      ascii(
        `GET /provision/download?vendor=lights&model=lamp&id=lamp-1.1.0 HTTP/1.1\r\n` +
          `X-Exosite-CIK: ${"c".repeat(40)}\r\nRange: bytes=${first}-${first + 4095}\r\n\r\n`,
      ),
    );
  }
  time.runUntil(() => false, 24 * hourMs);
  return { text: Buffer.from(socket.received).toString("latin1"), lastMs, ended };
}

describe("misdeeds", () => {
  const honest = transcriptOf(undefined);

  it("are named once each, and many", () => {
    assert.equal(new Set(misdeeds.map(({ name }) => name)).size, misdeeds.length);
    assert.ok(misdeeds.length >= 35, `${misdeeds.length} misdeeds`);
  });

  for (const misdeed of misdeeds) {
    it(`${misdeed.name}: the peer gets it, and a seed gets it again`, () => {
      const bent = transcriptOf(misdeed);
      assert.notDeepEqual(bent, honest);
      assert.deepEqual(transcriptOf(misdeed), bent);
    });
  }

  it("take their time, flood and end as they say", () => {
    const named = (name: string) => {
      const misdeed = misdeeds.find((one) => one.name === name);
      assert.ok(misdeed, name);
      return transcriptOf(misdeed);
    };
    assert.equal(honest.ended, false);
    assert.ok(named("trickles").lastMs > 5 * hourMs);
    assert.ok(named("floods after its answer").text.length > 100_000);
    assert.ok(named("floods within its answer").text.length > 200_000);
    assert.equal(named("never answers").text, "");
    assert.equal(named("resets the connection").ended, true);
    assert.equal(named("closes after its answer without a word").ended, true);
    assert.match(named("storms with interim answers").text, /(HTTP\/1.1 102 Wait\r\n\r\n){500}/);
    assert.match(named("sends chunks with extensions and trailers").text, /;sum="a;b"\r\n/);
    const reordered = named("answers in another order").text;
    assert.ok(reordered.indexOf("bytes 4096-8191/") < reordered.indexOf("bytes 0-4095/"));
  });
});
