import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";

import { loadFile } from "../../support/vectors.js";
import { builtEngine } from "../../hosts/xs/built-engine.js";
import { ChipRun, type ChipRunOptions } from "./chip-run.js";
import * as faulty from "./faulty-programs.js";

/** Traces slot and reset reason, and stays alive. */
const tellsBoot = `
import Boot from "embedded:x-chip/boot";
import Timer from "timer";
trace("slot ", Boot.slot, ", ", Boot.resetReason, "\\n");
Timer.repeat(() => Boot.feedWatchdog(), 50);
`;

const restartsOnce = `${tellsBoot}
if (Boot.resetReason === "power-on") Boot.restart();
`;

/** Runs the fault once, after a boot by switch. */
function once(fault: string): string {
  return `${tellsBoot}
if (Boot.resetReason === "power-on") Timer.set(() => { ${fault} }, 1);
`;
}

const seq1Valid = { ota_seq: 1, ota_state: 2, crc: 1195612314 };
const seq2New = { ota_seq: 2, ota_state: 0, crc: 1442199412 };

/** Chips for the tests of a suite, switched off after each. Registers the suite's hooks. */
function chips(defaults: Partial<ChipRunOptions>): (options: Partial<ChipRunOptions>) => ChipRun {
  let engine = "";
  let run: ChipRun | undefined;

  before(async function () {
    engine = await builtEngine(this);
  });

  afterEach(async () => {
    await run?.close();
    run = undefined;
  });

  return (options) => {
    run = new ChipRun({ engine, resetDelayMs: 1, ...defaults, ...options });
    return run;
  };
}

/** Long enough for a program to start on a busy machine, where it is not what is waited for. */
const watchdogMs = 800;

describe("the simulated chip", () => {
  const start = chips({});

  it("runs the program that lies in its flash", async () => {
    const chip = start({ program: tellsBoot });
    await chip.until(() => chip.lines.length > 0);
    assert.deepEqual(chip.lines, ["slot 0, power-on"]);
    assert.deepEqual(chip.boots, [{ reason: "power-on", slot: 0, refused: [] }]);
  });

  it("starts again when the program asks for it", async () => {
    const chip = start({ program: restartsOnce });
    await chip.until(() => chip.lines.length > 1);
    assert.deepEqual(chip.lines, ["slot 0, power-on", "slot 0, software"]);
    assert.deepEqual(chip.ends, ["restart"]);
    assert.deepEqual(chip.chip.report().resets, { "power-on": 1, software: 1 });
  });

  const endings = [
    ["an uncaught exception", "exception", 'throw new Error("faulty")', "software"],
    ["exhausted memory", "memory-full", faulty.exhaustsMemory, "software"],
    ["an overflow of the stack", "stack-overflow", faulty.overflowsStack, "software"],
    ["an endless loop", "silent", faulty.hangs, "watchdog"],
  ] as const;
  for (const [what, end, fault, reason] of endings) {
    it(`resets at ${what}`, async () => {
      const chip = start({ program: once(fault), heapBytes: 65536, watchdogMs });
      await chip.until(() => chip.lines.length > 1);
      assert.deepEqual(chip.ends, [end]);
      assert.deepEqual(chip.lines, ["slot 0, power-on", `slot 0, ${reason}`]);
    });
  }

  it("resets a program that lives but says nothing to the watchdog", async () => {
    const chip = start({ program: faulty.fallsSilent, watchdogMs });
    await chip.until(() => chip.boots.length > 1);
    assert.deepEqual(chip.ends, ["silent"]);
    assert.equal(chip.boots[1]?.reason, "watchdog");
  });

  it("leaves a program alone that has nothing to do, until the watchdog has had enough", async () => {
    const started = performance.now();
    const chip = start({ program: 'trace("done\\n");', watchdogMs });
    await chip.until(() => chip.boots.length > 1);
    assert.deepEqual(chip.ends, ["idle"]);
    assert.equal(chip.boots[1]?.reason, "watchdog");
    assert.ok(performance.now() - started >= watchdogMs);
  });

  it("goes back to the old image after a trial that crashes at its start", async () => {
    const chip = start({
      program: tellsBoot,
      secondProgram: faulty.crashesAtStart,
      otadata: [seq1Valid, seq2New],
    });
    await chip.until(() => chip.lines.length > 0);
    assert.deepEqual(
      chip.boots.map(({ slot }) => slot),
      [1, 0],
    );
    assert.deepEqual(chip.lines, ["slot 0, software"]);
  });
});

describe("the agent on the simulated chip", () => {
  const start = chips({ heapBytes: 94208 });

  /** The states that the agent has told of. */
  function states(chip: ChipRun): string[] {
    const events = chip.events;
    return events.flatMap((event) => (event.event === "status" ? [event.state] : []));
  }

  it("reads its identity from flash and asks for its key, in the chip's memory", async () => {
    const chip = start({});
    await chip.until(() => states(chip).includes("backing-off"));
    assert.deepEqual(states(chip), ["identifying", "activating", "backing-off"]);
    assert.ok(chip.lines.some((line) => line.includes("127.0.0.1:9 refuses the connection")));
  });

  it("is gone with a program that throws later", async () => {
    const chip = start({ program: faulty.crashesAfter(100) });
    await chip.until(() => chip.ends.length > 0);
    assert.deepEqual(chip.ends, ["exception"]);
    assert.equal(states(chip)[0], "identifying");
  });

  it("gives the old image its place back if the new one does not reach the service", async () => {
    const chip = start({
      program: tellsBoot,
      secondProgram: faulty.neverReachesService,
      config: { trialMs: 200 },
      otadata: [seq1Valid, seq2New],
    });
    await chip.until(() => chip.boots.length > 1);
    const boots = chip.boots.map(({ slot, reason }) => `${slot} ${reason}`);
    assert.deepEqual(boots, ["1 power-on", "0 software"]);
    assert.deepEqual(chip.ends, ["restart"]);
    assert.ok(states(chip).includes("reverting"));
  });
});

/** Programs 4096 bytes of zeros into the idle slot, 256 at a time, then tells it. */
const writesSlot = `${tellsBoot}
import Flash from "embedded:storage/flash";
const slot = Flash.open({ path: "nextota" });
slot.eraseBlock(0);
for (let offset = 0; offset < 4096; offset += 256) slot.write(new Uint8Array(256), offset);
trace("written\\n");
`;

describe("the power of the simulated chip", () => {
  const start = chips({});

  it("fails after so many bytes programmed in the slot, and what was written is there", async () => {
    // Power is off long enough to look at the flash before the next boot erases it.
    const chip = start({
      program: writesSlot,
      resetDelayMs: 200,
      cuts: [{ at: "slot-bytes", count: 1000 }],
    });
    await chip.until(() => chip.powerCuts > 0);
    const slot = chip.partition("ota_1");
    assert.deepEqual(slot.subarray(0, 1000), Buffer.alloc(1000));
    assert.deepEqual(slot.subarray(1001, 4096), Buffer.alloc(3095, 0xff));
    await chip.until(() => chip.lines.includes("written"));
    assert.deepEqual(chip.lines, ["slot 0, power-on", "slot 0, power-on", "written"]);
    assert.equal(chip.chip.report().powerCuts, 1);
  });

  it("fails in every flash operation, those of the boot loader first", async () => {
    // A new device's first boot: erase and program of otadata; then the program's 1 + 16.
    const operations = 2 + 17;
    for (let count = 1; count <= operations + 1; count += 3) {
      const chip = start({ program: writesSlot, cuts: [{ at: "operation", count }] });
      await chip.until(() => chip.lines.includes("written"));
      assert.equal(chip.powerCuts, count <= operations ? 1 : 0, `operation ${count}`);
      assert.equal(chip.boots.length, count <= 2 || count > operations ? 1 : 2);
      await chip.close();
    }
  });

  it("counts up to a cut over resets in between", async () => {
    const restartsHalfway = `${tellsBoot}
import Flash from "embedded:storage/flash";
const nvs = Flash.open({ path: "phy_init" });
nvs.write(Uint8Array.of(0), 0);
if (Boot.resetReason === "power-on") Boot.restart();
nvs.write(Uint8Array.of(0), 1);
trace("not cut\\n");
`;
    const cuts = [{ at: "operation", count: 2 + 3 }] as const;
    const chip = start({ program: restartsHalfway, cuts });
    await chip.until(() => chip.powerCuts > 0);
    assert.deepEqual(chip.lines, ["slot 0, power-on", "slot 0, software"]);
  });

  it("fails at a moment, and when it is told to", async () => {
    const chip = start({ program: tellsBoot, cuts: [{ at: "time", delayMs: 150 }] });
    await chip.until(() => chip.boots.length === 2);
    chip.chip.cutPower();
    await chip.until(() => chip.boots.length === 3);
    assert.equal(chip.powerCuts, 2);
    assert.deepEqual(chip.chip.report().resets, { "power-on": 3 });
    assert.deepEqual(chip.ends, []);
  });

  it("leaves nothing behind when it is switched off", async () => {
    const chip = start({ program: tellsBoot });
    await chip.until(() => chip.lines.length > 0);
    await chip.chip.powerOff();
    assert.equal(chip.chip.isOn, false);
    const ours = `simulated-chip-${process.pid}-`;
    assert.deepEqual(
      readdirSync(tmpdir()).filter((name) => name.startsWith(ours)),
      [],
    );
    const boots = chip.boots.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(chip.boots.length, boots);
  });

  it("keeps its counts over cuts and over being switched off and on", async () => {
    const counts = `${tellsBoot}
import { add } from "embedded:x-chip/meter";
add("turns", 3);
trace("counted\\n");
`;
    const chip = start({ program: counts });
    await chip.until(() => chip.lines.includes("counted"));
    chip.chip.cutPower();
    await chip.until(() => chip.lines.length === 4);
    await chip.chip.powerOff();
    assert.equal(chip.chip.report().counters["turns"], 6);
    chip.chip.powerOn();
    await chip.until(() => chip.lines.length === 6);
    const report = chip.chip.report();
    assert.equal(report.counters["turns"], 9);
    assert.deepEqual(report.resets, { "power-on": 3 });
    // The first boot of a new device records itself in otadata.
    assert.equal(report.eraseCount, 1);
  });

  it("can be switched off at whatever it tells", async () => {
    for (const moment of ["booted", "line", "ended", "powerCut"] as const) {
      let off: Promise<void> | undefined;
      const chip = start({
        program: `${tellsBoot} Timer.set(() => Boot.restart(), 20);`,
        cuts: moment === "powerCut" ? [{ at: "operation", count: 1 }] : [],
        at: { moment, call: (one) => void (off = one.powerOff()) },
      });
      await chip.until(() => off !== undefined);
      await off;
      assert.equal(chip.chip.isOn, false);
      const { boots } = chip.chip.report();
      await new Promise((resolve) => setTimeout(resolve, 30));
      assert.equal(chip.chip.report().boots, boots, moment);
      await chip.close();
    }
  });
});

describe("a simulated chip that cannot go on", () => {
  const start = chips({ program: tellsBoot });

  async function failure(options: Partial<ChipRunOptions>): Promise<ChipRun> {
    const chip = start(options);
    await chip.until(() => chip.failure !== undefined);
    assert.equal(chip.chip.isOn, false);
    return chip;
  }

  it("says that the engine does not take its arguments", async () => {
    const chip = await failure({ engineArguments: ["--no-such-option", "1"] });
    assert.match(chip.failure ?? "", /engine did not run/);
    assert.match(chip.diagnostics.join(), /no-such-option/);
  });

  it("says that the engine is not there", async () => {
    const chip = await failure({ engine: "/no/such/engine" });
    assert.match(chip.failure ?? "", /engine did not run/);
    assert.match(chip.diagnostics.join(), /no\/such\/engine.*ENOENT/);
  });

  it("says that the flash is none", async () => {
    const chip = await failure({ damage: () => Buffer.from("no flash") });
    assert.match(chip.failure ?? "", /no flash image: 8 bytes/);
  });

  it("says what is wrong with every image that could start", async () => {
    const chip = await failure({ damage: (flash) => flash.fill(0, 0x20000, 0x20001) });
    assert.match(chip.failure ?? "", /ota_0: no image: .*; ota_1: no image: .*; no partition/);
  });

  it("says that an image carries no program, as one for a real chip does not", async () => {
    const image = loadFile("app-image", "esp32-1.0.0.bin");
    const chip = await failure({ damage: (flash) => (flash.set(image, 0x20000), flash) });
    assert.match(chip.failure ?? "", /no program for the simulated chip/);
  });
});
