// The flash of the C host: partitions as the ESP32 opens them, NOR semantics, and power cuts that
// really cut.

import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";

import { readCounters } from "../../../src/simulator/chip/counters.js";
import { FlashFile, PowerFailure } from "../../../src/simulator/chip/flash-file.js";
import type { FlashCut } from "../../../src/simulator/chip/power-cut.js";
import { EngineRig, type Outcome } from "./engine-rig.js";

const blockBytes = 4096;
const slotBytes = 8 * blockBytes;

interface Part {
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly size: number;
  readonly label: string;
}

const layout: readonly Part[] = [
  { type: 1, subtype: 2, offset: 0x9000, size: 0x3000, label: "nvs" },
  { type: 1, subtype: 0, offset: 0xc000, size: 0x2000, label: "otadata" },
  { type: 0, subtype: 0x10, offset: 0x10000, size: slotBytes, label: "ota_0" },
  { type: 0, subtype: 0x11, offset: 0x18000, size: slotBytes, label: "ota_1" },
];

/** A flash of 128 KiB, erased but for the partition table. */
function blankFlash(parts: readonly Part[] = layout): Buffer {
  const flash = Buffer.alloc(0x20000, 0xff);
  parts.forEach(({ type, subtype, offset, size, label }, i) => {
    const record = flash.subarray(0x8000 + 32 * i, 0x8020 + 32 * i).fill(0);
    record.set([0xaa, 0x50, type, subtype]);
    record.writeUInt32LE(offset, 4);
    record.writeUInt32LE(size, 8);
    record.write(label, 12, "latin1");
  });
  return flash;
}

describe("the C host, flash", () => {
  let rig: EngineRig;

  before(async function () {
    rig = await EngineRig.open(this);
  });

  after(() => {
    rig.close();
  });

  function run(program: string, parameters: readonly string[] = []): Promise<Outcome> {
    return rig.run(`import Flash from "embedded:storage/flash"; ${program}`, {
      arguments: ["--flash", rig.path("flash.bin"), ...parameters],
    });
  }

  /** Runs a program on a blank flash; returns what it traced and the flash. */
  async function onBlank(
    program: string,
    parameters?: readonly string[],
  ): Promise<Outcome & { readonly flash: Buffer }> {
    rig.write("flash.bin", blankFlash());
    const outcome = await run(program, parameters);
    return { ...outcome, flash: readFileSync(rig.path("flash.bin")) };
  }

  it("opens running, nextota and data partitions by label, no app partition by label", async () => {
    const tries = ["running", "nextota", "nvs", "otadata", "ota_0", "ota_1", "none"];
    const { stdout } = await onBlank(`
      for (const path of ${JSON.stringify(tries)})
        try { const { size } = Flash.open({ path }).status(); trace(size, " ") }
        catch (error) { trace(error.message, " ") }`);
    const absent = "can't find partition ";
    assert.equal(stdout, `${slotBytes} ${slotBytes} 12288 8192 ${absent.repeat(3)}`);
  });

  it("lists the labels", async () => {
    const { stdout } = await onBlank("trace([...Flash].join());");
    assert.equal(stdout, "nvs,otadata,ota_0,ota_1");
  });

  it("takes running and nextota from --slot", async () => {
    for (const [slot, next] of [
      [0, 0x18000],
      [1, 0x10000],
    ] as const) {
      const program = 'Flash.open({ path: "nextota" }).write(new Uint8Array([1, 2]), 5);';
      const { flash } = await onBlank(program, ["--slot", String(slot)]);
      assert.deepEqual([...flash.subarray(next + 4, next + 8)], [0xff, 1, 2, 0xff]);
    }
  });

  it("writes neither to the running slot nor with mode r", async () => {
    const { stdout } = await onBlank(`
      for (const options of [{ path: "running" }, { path: "nvs", mode: "r" }]) {
        const partition = Flash.open(options);
        for (const change of [() => partition.write(new Uint8Array(1), 0), () => partition.eraseBlock(0)])
          try { change(); trace("no") } catch (error) { trace(error.message, " ") }
        trace(new Uint8Array(partition.read(2, 0)).join(), " ");
      }`);
    assert.equal(stdout, "read-only read-only 255,255 ".repeat(2));
  });

  it("clears bits when it programs and sets them when it erases, by whole blocks", async () => {
    const { stdout, flash } = await onBlank(`
      const nvs = Flash.open({ path: "nvs" });
      nvs.write(new Uint8Array([0xf0, 0xaa]), 4095);
      nvs.write(new Uint8Array([0x3c, 0xff]), 4095);
      trace(new Uint8Array(nvs.read(4, 4094)).join(), " ");
      nvs.eraseBlock(1);
      const buffer = new Uint8Array(3); trace(nvs.read(buffer, 4095), " ", buffer.join());`);
    assert.equal(stdout, "255,48,170,255 3 48,255,255");
    assert.equal(flash[0x9fff], 0x30);
  });

  it("erases from first up to, not including, end, and nothing beyond", async () => {
    const fill = "for (let i = 0; i < 12288; i += 1024) nvs.write(new Uint8Array(1024), i);";
    const { flash } = await onBlank(`
      const nvs = Flash.open({ path: "nvs" }); ${fill} nvs.eraseBlock(0, 2);`);
    const state = (offset: number): string =>
      flash.subarray(offset, offset + blockBytes).every((byte) => byte === 0) ? "0" : "ff";
    assert.deepEqual([0x9000, 0xa000, 0xb000].map(state), ["ff", "ff", "0"]);
    assert.ok(flash.subarray(0xc000, 0x10000).every((byte) => byte === 0xff));
  });

  it("refuses ranges that leave the partition, and changes nothing", async () => {
    const { stdout, flash } = await onBlank(`
      const nvs = Flash.open({ path: "nvs" });
      const wrong = [() => nvs.read(2, 12287), () => nvs.read(1, -1), () => nvs.read(1, 0.5),
        () => nvs.read(1), () => nvs.write(new Uint8Array(2), 12287), () => nvs.eraseBlock(3),
        () => nvs.eraseBlock(2, 4), () => nvs.eraseBlock(2, 1), () => nvs.write(new Uint8Array(1), 4294967295),
        () => Flash.open({ path: "nvs", mode: "w" })];
      for (const change of wrong) try { change(); trace("no") } catch { trace(".") }`);
    assert.equal(stdout, ".".repeat(10));
    assert.deepEqual(flash, blankFlash());
  });

  it("throws after close, which may be called twice", async () => {
    const { stdout } = await onBlank(`
      const nvs = Flash.open({ path: "nvs" }); nvs.close(); nvs.close();
      try { nvs.read(1, 0) } catch (error) { trace(error.message) }`);
    assert.equal(stdout, "closed");
  });

  it("refuses what is no flash image with one clear line: 18", async () => {
    const cases: readonly (readonly [Uint8Array, RegExp])[] = [
      [Buffer.alloc(5000), /size is no multiple of 4096/],
      [Buffer.alloc(0), /not a flash image/],
      [Buffer.alloc(4096), /too short/],
      [Buffer.alloc(0x20000, 0xff), /no partition table/],
      [blankFlash(layout.slice(0, 2)), /no partition ota_0/],
      [blankFlash([...layout, { ...layout[0], offset: 0x1f000 } as Part]), /leaves the flash/],
    ];
    for (const [content, message] of cases) {
      rig.write("flash.bin", content);
      const outcome = await run("trace('ran');");
      assert.deepEqual([outcome.code, outcome.stdout], [18, ""], String(message));
      assert.match(outcome.stderr, message);
      assert.match(outcome.stderr, /^# [^\n]+\n$/);
    }
    const { code } = await rig.start(["--flash", rig.path("none.bin"), rig.path("main.js")]);
    assert.equal(code, 18);
  });

  it("refuses a flash on which another chip runs: 18", async () => {
    rig.write("flash.bin", blankFlash());
    const forever = 'import Timer from "timer"; Timer.repeat(() => {}, 10); trace("runs");';
    let second: Promise<Outcome> | undefined;
    const program = rig.write("second.js", "trace('runs too')");
    await rig.run(forever, {
      arguments: ["--flash", rig.path("flash.bin")],
      onTrace: (_text, kill) => {
        second ??= rig.start(["--flash", rig.path("flash.bin"), program]);
        void second.then(kill);
      },
    });
    const outcome = await second;
    assert.equal(outcome?.code, 18);
    assert.match(outcome.stderr, /^# flash [^\n]+ another chip is running on it\n$/);
  });

  it("has only empty names without --flash", async () => {
    const program = 'import Flash from "embedded:storage/flash"; trace([...Flash].length);';
    assert.equal((await rig.run(program)).stdout, "0");
  });

  it("keeps what a program wrote before it was killed", async () => {
    rig.write("flash.bin", blankFlash());
    const program = `import Flash from "embedded:storage/flash";
      const nvs = Flash.open({ path: "nvs" });
      for (let i = 0; ; i++) { nvs.write(new Uint8Array([0]), i); trace(i, "\\n") }`;
    const outcome = await rig.run(program, {
      arguments: ["--flash", rig.path("flash.bin")],
      onTrace: (text, kill) => {
        if (text.length > 300) kill();
      },
    });
    assert.equal(outcome.signal, "SIGKILL");
    const last = Number(/(\d+)\n$/.exec(outcome.stdout)?.[1]);
    const flash = readFileSync(rig.path("flash.bin")).subarray(0x9000, 0x9000 + last + 1);
    assert.ok(flash.every((byte) => byte === 0));
  });

  describe("power cuts", () => {
    /** Erase, then two writes of 100 bytes of zeros, into the idle slot, after one into nvs. */
    const program = `
      const nvs = Flash.open({ path: "nvs" }), slot = Flash.open({ path: "nextota" });
      const zeros = new Uint8Array(100);
      trace("1"); nvs.write(zeros, 0);
      trace("2"); slot.eraseBlock(0);
      trace("3"); slot.write(zeros, 0);
      trace("4"); slot.write(zeros, 100);
      trace("5"); slot.eraseBlock(0, 2);
      trace("end");`;
    const slot = 0x18000;

    /** Bytes of zero at the start of a place, then the byte at the border, then what follows. */
    function border(flash: Buffer, offset: number): readonly [number, number, number] {
      let zeros = 0;
      while (flash[offset + zeros] === 0) zeros += 1;
      return [zeros, flash[offset + zeros] ?? -1, flash[offset + zeros + 1] ?? -1];
    }

    it("does not cut without being told to", async () => {
      const { code, stdout } = await onBlank(program);
      assert.deepEqual([code, stdout], [0, "12345end"]);
    });

    it("cuts inside the operation of that number: a program half done", async () => {
      const { code, stdout, stderr, flash } = await onBlank(program, ["--cut-operation", "3"]);
      assert.deepEqual([code, stdout], [19, "123"]);
      assert.match(stderr, /^# power cut in write at 0x018032$/m);
      assert.deepEqual(border(flash, slot), [50, 0xf0, 0xff]);
    });

    it("cuts inside an erase: half of the block old, each block an operation", async () => {
      const five = await onBlank(program, ["--cut-operation", "5"]);
      assert.deepEqual([five.code, five.stdout], [19, "12345"]);
      assert.ok(five.flash.subarray(slot, slot + 2048).every((byte) => byte === 0xff));
      const late = program.replace("slot.eraseBlock(0);", "slot.write(zeros, 4000);");
      const old = await onBlank(late, ["--cut-operation", "5"]);
      assert.ok(old.flash.subarray(slot + 4000, slot + 4096).every((byte) => byte === 0));
      const six = await onBlank(program, ["--cut-operation", "6"]);
      assert.deepEqual([six.code, six.stdout], [19, "12345"]);
      assert.equal((await onBlank(program, ["--cut-operation", "7"])).code, 0);
    });

    it("cuts after so many bytes programmed in the idle slot", async () => {
      const { code, stdout, flash } = await onBlank(program, ["--cut-slot-bytes", "199"]);
      assert.deepEqual([code, stdout], [19, "1234"]);
      assert.deepEqual(border(flash, slot), [199, 0xf0, 0xff]);
      const between = await onBlank(program, ["--cut-slot-bytes", "100"]);
      assert.deepEqual([between.stdout, border(between.flash, slot)], ["1234", [100, 0xf0, 0xff]]);
    });

    it("cuts after so many bytes programmed anywhere else", async () => {
      const { code, stdout, flash } = await onBlank(program, ["--cut-record-bytes", "99"]);
      assert.deepEqual([code, stdout], [19, "1"]);
      assert.deepEqual(border(flash, 0x9000), [99, 0xf0, 0xff]);
      // What it has in the slot comes after the 100 bytes that it has elsewhere.
      assert.equal((await onBlank(program, ["--cut-record-bytes", "100"])).code, 0);
    });

    it("programs at the border no more than the write would have", async () => {
      const ones = "Flash.open({ path: 'nvs' }).write(new Uint8Array([0xff, 0x5a, 0x5a]), 0);";
      const { flash } = await onBlank(ones, ["--cut-record-bytes", "1"]);
      assert.deepEqual([...flash.subarray(0x9000, 0x9003)], [0xff, 0xfa, 0xff]);
    });

    it("counts what was done, also up to the cut", async () => {
      const counters = async (name: string, ...cut: string[]): Promise<unknown> => {
        await onBlank(program, ["--stats", rig.path(name), ...cut]);
        const { flashOperations, flashBytesProgrammed, blocksErased } = readCounters(
          rig.path(name),
        );
        return [flashOperations, flashBytesProgrammed, blocksErased];
      };
      assert.deepEqual(await counters("whole"), [6, 300, 3]);
      assert.deepEqual(await counters("cut", "--cut-slot-bytes", "30"), [3, 130, 1]);
    });

    it("leaves what the model in TypeScript leaves, whatever the cut", async () => {
      const cuts: readonly FlashCut[] = [
        ...[1, 2, 3, 4, 5, 6].map((count) => ({ at: "operation", count }) as const),
        ...[0, 1, 99].map((count) => ({ at: "record-bytes", count }) as const),
        ...[0, 57, 100, 199].map((count) => ({ at: "slot-bytes", count }) as const),
      ];
      const model = rig.path("model.bin");
      for (const cut of cuts) {
        const { flash } = await onBlank(program, [`--cut-${cut.at}`, String(cut.count)]);
        rig.write("model.bin", blankFlash());
        const file = new FlashFile(model, { cut });
        assert.throws(() => {
          const zeros = new Uint8Array(100);
          file.write(zeros, 0x9000);
          file.eraseBlock(slot / blockBytes);
          file.write(zeros, slot);
          file.write(zeros, slot + 100);
          file.eraseBlock(slot / blockBytes, slot / blockBytes + 2);
        }, PowerFailure);
        file.close();
        assert.ok(flash.equals(readFileSync(model)), JSON.stringify(cut));
      }
    });
  });

  describe("times", () => {
    /** Milliseconds that a program takes by the chip's own clock. */
    async function timeOf(operation: string, pace?: string): Promise<number> {
      const { stdout } = await onBlank(
        `import Boot from "embedded:x-chip/boot";
        const slot = Flash.open({ path: "nextota" }), bytes = new Uint8Array(4096);
        const start = Boot.ticks(); ${operation}; trace(Boot.ticks() - start);`,
        pace === undefined ? [] : ["--flash-times", pace],
      );
      return Number(stdout);
    }

    it("are none unless they are asked for", async () => {
      assert.ok((await timeOf("slot.eraseBlock(0, 8)")) < 200);
    });

    it("are those of NOR: 45 ms a block, 0.4 ms a page", async () => {
      const erase = await timeOf("slot.eraseBlock(0, 4)", "typical");
      assert.ok(erase >= 180 && erase < 400, `${erase} ms`);
      const write = await timeOf("slot.write(bytes, 128)", "typical");
      assert.ok(write >= 6 && write < 100, `${write} ms`);
    });

    it("vary with a seed, by a fifth at most but for the rare worst case", async () => {
      const first = await timeOf("slot.eraseBlock(0, 4)", "7");
      const second = await timeOf("slot.eraseBlock(0, 4)", "8");
      assert.ok(first >= 4 * 36 && second >= 4 * 36, `${first} ms, ${second} ms`);
    });
  });
});
