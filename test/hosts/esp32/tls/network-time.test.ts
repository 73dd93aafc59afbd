import assert from "node:assert/strict";

import type { NetworkTime } from "../../../../hosts/esp32/tls/network-time.js";
import "../moddable/register.js";
import fakeTime from "../moddable/time.js";
import FakeTimer from "../moddable/timer.js";
import FakeUDP from "../moddable/udp.js";

const unixEpochS = 2_208_988_800;
const newYear2027S = Date.UTC(2027, 0) / 1000;

describe("the time from the network", () => {
  let Clock: typeof NetworkTime;
  let lines: string[];

  before(async () => {
    ({ NetworkTime: Clock } = await import("../../../../hosts/esp32/tls/network-time.js"));
  });

  beforeEach(() => {
    FakeTimer.pending = [];
    FakeUDP.last = undefined;
    FakeUDP.fails = false;
    fakeTime.seconds = 0;
    lines = [];
  });

  function keep(address: string | undefined = "192.0.2.1"): void {
    const resolve = (_name: string, onResolved: (address: string | undefined) => void): void => {
      onResolved(address);
    };
    new Clock("time.test", resolve, (line) => lines.push(line)).keep();
  }

  /** A server's answer to the question that was asked last. */
  function answer(ntpS: number): DataView {
    const { packet } = FakeUDP.last?.written.at(-1) ?? assert.fail();
    const reply = new DataView(new ArrayBuffer(48));
    reply.setUint8(0, 0x24);
    reply.setUint8(1, 2);
    reply.setUint32(24, packet.getUint32(40));
    reply.setUint32(40, ntpS);
    return reply;
  }

  function receive(reply: DataView): void {
    FakeUDP.last?.receive(reply.buffer as ArrayBuffer);
  }

  it("is asked for by SNTP and sets the clock; a day later again", () => {
    keep();
    const [question] = FakeUDP.last?.written ?? assert.fail();
    assert.deepEqual([question?.address, question?.port], ["192.0.2.1", 123]);
    assert.equal(question?.packet.byteLength, 48);
    assert.equal(question.packet.getUint8(0), 0x23);
    receive(answer(newYear2027S + unixEpochS));
    assert.equal(fakeTime.seconds, newYear2027S);
    assert.match(lines.join(), /^time: /);
    assert.deepEqual(
      FakeTimer.pending.map(({ delayMs }) => delayMs),
      [24 * 60 * 60_000],
    );
    FakeTimer.fire();
    assert.equal(FakeUDP.last?.written.length, 2);
  });

  it("goes on after the 7th of February 2036, when its count begins anew", () => {
    keep();
    receive(answer(1000));
    assert.equal(fakeTime.seconds, 2 ** 32 - unixEpochS + 1000);
  });

  const wrong: readonly (readonly [what: string, spoil: (reply: DataView) => DataView])[] = [
    [
      "an answer to another question",
      (reply) => (reply.setUint32(24, reply.getUint32(24) ^ 1), reply),
    ],
    ["a question", (reply) => (reply.setUint8(0, 0x23), reply)],
    ["a server that has no time", (reply) => (reply.setUint8(1, 0), reply)],
    ["a short packet", (reply) => new DataView(reply.buffer.slice(0, 47))],
  ];
  for (const [what, spoil] of wrong) {
    it(`is not taken from ${what}`, () => {
      keep();
      receive(spoil(answer(newYear2027S + unixEpochS)));
      assert.equal(fakeTime.seconds, 0);
      receive(answer(newYear2027S + unixEpochS));
      assert.equal(fakeTime.seconds, newYear2027S);
    });
  }

  it("is taken once", () => {
    keep();
    const reply = answer(newYear2027S + unixEpochS);
    receive(reply);
    reply.setUint32(40, unixEpochS);
    receive(reply);
    assert.equal(fakeTime.seconds, newYear2027S);
  });

  it("is asked for again and again while there is no network, no name, no answer", () => {
    FakeUDP.fails = true;
    keep();
    FakeUDP.fails = false;
    FakeTimer.fire();
    FakeTimer.fire();
    assert.equal(FakeUDP.last?.written.length, 2);
    assert.equal(FakeTimer.pending.length, 1);
    FakeTimer.pending = [];
    keep(undefined);
    FakeTimer.fire();
    assert.equal(FakeTimer.pending.length, 1);
  });

  it("asks for no name again while the last one is still being looked for", () => {
    const asked: ((address: string | undefined) => void)[] = [];
    const resolve = (_name: string, onResolved: (address: string | undefined) => void): void => {
      asked.push(onResolved);
    };
    new Clock("time.test", resolve, (line) => lines.push(line)).keep();
    for (let retry = 0; retry < 10; retry += 1) FakeTimer.fire();
    assert.equal(asked.length, 1);
    asked[0]?.(undefined);
    FakeTimer.fire();
    assert.equal(asked.length, 2);
    asked[1]?.("192.0.2.1");
    receive(answer(newYear2027S + unixEpochS));
    assert.equal(fakeTime.seconds, newYear2027S);
  });
});
