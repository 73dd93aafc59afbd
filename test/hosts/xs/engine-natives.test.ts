// The smaller modules of the C host: boot, digest, meter with its file, key-value.

import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { readCounters } from "../../../src/simulator/chip/counters.js";
import { EngineRig } from "./engine-rig.js";

describe("the C host, small modules", () => {
  let rig: EngineRig;

  before(async function () {
    rig = await EngineRig.open(this);
  });

  after(() => {
    rig.close();
  });

  async function traces(program: string, parameters: readonly string[] = []): Promise<string> {
    const { code, stdout, stderr } = await rig.run(program, { arguments: parameters });
    assert.equal(code, 0, stderr);
    return stdout;
  }

  const boot = 'import Boot from "embedded:x-chip/boot";';

  it("tells slot, reset reason and MAC address as the command line has them", async () => {
    const program = `${boot} trace(Boot.slot, " ", Boot.resetReason, " ",
      new Uint8Array(Boot.macAddress()).join());`;
    assert.equal(await traces(program), "0 power-on 2,0,0,0,0,1");
    const told = ["--slot", "1", "--reset", "watchdog", "--mac", "24:0A:c4:00:ff:01"];
    assert.equal(await traces(program, told), "1 watchdog 36,10,196,0,255,1");
  });

  it("refuses a reset reason and a MAC address that are none", async () => {
    for (const wrong of [
      ["--reset", "boredom"],
      ["--mac", "24:0A:c4:00:ff"],
      ["--mac", "x"],
    ]) {
      assert.equal((await rig.start([...wrong, rig.path("main.js")])).code, 2);
    }
  });

  it("counts milliseconds forward", async () => {
    const program = `${boot} import Timer from "timer";
      const start = Boot.ticks(); Timer.delay(30);
      const late = Boot.ticks() - start; trace(start >= 0 && late >= 29, Number.isInteger(late));`;
    assert.equal(await traces(program), "truetrue");
  });

  it("draws numbers in [0, 1) that differ", async () => {
    const program = `${boot} const all = Array.from({ length: 100 }, () => Boot.random());
      trace(all.every((n) => n >= 0 && n < 1), new Set(all).size);`;
    assert.equal(await traces(program), "true100");
  });

  it("feeds the watchdog by a byte on descriptor 3, if there is one", async () => {
    let bytes = 0;
    const program = `${boot} for (let i = 0; i < 5; i++) Boot.feedWatchdog(); trace("fed");`;
    const { stdout } = await rig.run(program, { onWatchdog: (count) => (bytes += count) });
    assert.deepEqual([stdout, bytes], ["fed", 5]);
    assert.equal(await traces(program), "fed");
  });

  it("never takes a file of its own for the watchdog", async () => {
    const stats = rig.path("watched");
    const program = `${boot} import { add } from "embedded:x-chip/meter"; add("x"); Boot.feedWatchdog();`;
    await traces(program, ["--stats", stats, "--watchdog-fd", "4"]);
    assert.deepEqual(readCounters(stats), { x: 1 });
  });

  it("digests as Node's own SHA-256 does, at every length around a block", async () => {
    const lengths = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 1000];
    const program = `import { Digest } from "crypt";
      const hex = (buffer) => Array.from(new Uint8Array(buffer), (b) => b.toString(16).padStart(2, "0")).join("");
      for (const length of ${JSON.stringify(lengths)}) {
        const bytes = Uint8Array.from({ length }, (_, i) => i * 7);
        const whole = new Digest("SHA256"), pieces = new Digest("SHA256");
        whole.write(bytes.buffer);
        for (let i = 0; i < length; i += 13) pieces.write(bytes.subarray(i, i + 13));
        const digest = hex(whole.close());
        trace(digest, digest === hex(pieces.close()) ? "" : " differs", "\\n");
      }`;
    const expected = lengths.map((length) =>
      createHash("sha256")
        .update(Uint8Array.from({ length }, (_, i) => i * 7))
        .digest("hex"),
    );
    assert.deepEqual((await traces(program)).split("\n").slice(0, -1), expected);
  });

  it("digests a string as UTF-8, once, and knows no other algorithm", async () => {
    const program = `import { Digest } from "crypt";
      const digest = new Digest("SHA256"); digest.write("é\\u{1F600}");
      trace(new Uint8Array(digest.close())[0], " ");
      try { digest.write("x") } catch (error) { trace(error.message, " ") }
      try { new Digest("MD5") } catch (error) { trace(error.message) }`;
    const first = createHash("sha256").update("é\u{1F600}").digest()[0] ?? -1;
    assert.equal(await traces(program), `${first} closed Digest: expected SHA256`);
  });

  it("keeps counters in a file, over runs, and over a SIGKILL", async () => {
    const stats = ["--stats", rig.path("stats")];
    const meter = 'import { add } from "embedded:x-chip/meter";';
    await traces(`${meter} add("bytes", 5000000000); add("calls"); add("calls", 2);`, stats);
    assert.deepEqual(readCounters(rig.path("stats")), { bytes: 5_000_000_000, calls: 3 });
    const killed = await rig.run(`${meter} add("calls"); trace("x"); for (;;);`, {
      arguments: stats,
      onTrace: (_, kill) => {
        kill();
      },
    });
    assert.equal(killed.signal, "SIGKILL");
    assert.equal(readCounters(rig.path("stats"))["calls"], 4);
  });

  it("refuses a counter too many, a name too long, and an amount that is none", async () => {
    const stats = ["--stats", rig.path("full")];
    const program = `import { add } from "embedded:x-chip/meter";
      const wrong = [() => add("x".repeat(24)), () => add(""), () => add("a", -1), () => add("a", NaN)];
      for (const change of wrong) try { change(); trace("no") } catch { trace(".") }
      let n = 0; try { for (;;) add("c" + n++) } catch { trace(n) }`;
    assert.equal(await traces(program, stats), "....33");
  });

  it("counts nothing without a file", async () => {
    assert.equal(
      await traces('import { add } from "embedded:x-chip/meter"; add("x"); trace("on");'),
      "on",
    );
  });

  it("keeps key-values in the NVS partition, in Espressif's format", async () => {
    const vectors = process.env["VECTORS"] ?? "test/vectors";
    const flash = gunzipSync(readFileSync(join(vectors, "flash", "esp32-4mb.bin.gz")));
    writeFileSync(rig.path("flash.bin"), flash);
    const open = `import KeyValue from "embedded:storage/key-value";
      const texts = KeyValue.open({ path: "agent", format: "string" });
      const numbers = KeyValue.open({ path: "agent", format: "uint16" });`;
    const write = `${open} texts.write("cik", "0123"); numbers.write("count", 65535);
      texts.write("gone", "x"); texts.delete("gone"); texts.delete("never");
      for (const wrong of [() => numbers.write("count", 65536), () => texts.read("count"),
        () => KeyValue.open({ path: "agent", format: "float" }),
        () => KeyValue.open({ path: "agent", mode: "r", format: "string" }).write("a", "b")])
        try { wrong(); trace("no") } catch { trace(".") }`;
    const parameters = ["--flash", rig.path("flash.bin"), "--heap", "94208"];
    assert.equal(await traces(write, parameters), "....");
    const read = `${open} trace(texts.read("cik"), numbers.read("count"), texts.read("gone"));
      texts.close(); try { texts.read("cik") } catch (error) { trace(" ", error.message) }`;
    assert.equal(await traces(read, parameters), "012365535undefined closed");
  });
});
