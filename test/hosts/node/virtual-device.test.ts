// A chip in a process: boots, resets, the watchdog, and that nothing of a boot outlives it. What
// runs in the slots here is a few lines of each test's own.

import assert from "node:assert/strict";
import type { FlashPartition } from "../../../src/ports/flash.js";
import type { ResetReason } from "../../../src/ports/boot.js";
import { MemoryStores } from "../../support/memory-store.js";
import { PowerCut } from "../../support/nor-flash.js";
import { layout } from "../../formats/flash/flash-layout.js";
import { feed, minuteMs, type Program, Rig, server, watchdogMs } from "./device-rig.js";

describe("a chip's boot", () => {
  for (const reason of ["power-on", "brown-out", "panic", "unknown"] satisfies ResetReason[]) {
    it(`tells its program and everyone that the reason was ${reason}`, () => {
      const rig = new Rig(() => undefined);
      rig.chip.powerOn(reason);
      assert.deepEqual(rig.diary, [`boot by ${reason} at 0`]);
      assert.equal(rig.chip.resetReason, reason);
    });
  }

  it("is a power-on if nothing else is said, in the slot that the boot loader starts", () => {
    for (const slot of [0, 1]) {
      const slots: number[] = [];
      const rig = new Rig((platform) => slots.push(platform.boot.slot));
      rig.nextSlot = slot;
      rig.chip.powerOn();
      assert.deepEqual([slots, rig.chip.slot], [[slot], slot]);
      assert.deepEqual(rig.diary, ["boot by power-on at 0"]);
    }
  });

  it("opens the partitions of its slot, and mounts the stores in nvs, once", () => {
    const mounted: FlashPartition[] = [];
    const rig = new Rig(
      (platform) => {
        const first = new Uint8Array(1);
        platform.openPartition("running").read(first, 0);
        assert.deepEqual(first, Uint8Array.of(7));
        platform.openStore("provision");
        platform.openStore("update");
      },
      {
        openStores: (partition) => {
          mounted.push(partition);
          return new MemoryStores().open;
        },
      },
    );
    rig.flash.write(Uint8Array.of(7), layout.ota_1.offset);
    rig.nextSlot = 1;
    rig.chip.powerOn();
    assert.deepEqual(
      mounted.map((partition) => partition.status().size),
      [layout.nvs.size],
    );
  });

  it("counts time from its beginning", () => {
    const clocks: number[] = [];
    const rig = new Rig((platform) => {
      clocks.push(platform.clock());
      platform.timer.set(() => {
        clocks.push(platform.clock());
        platform.boot.restart();
      }, 700);
    });
    rig.chip.powerOn();
    rig.live(1500);
    assert.deepEqual(clocks, [0, 700, 0, 700, 0]);
  });

  it("that cannot begin leaves the chip off", () => {
    for (const error of [new Error("no image starts"), new PowerCut("cut")]) {
      const rig = new Rig(() => undefined, {
        startBootLoader: () => {
          throw error;
        },
      });
      assert.throws(() => {
        rig.chip.powerOn();
      }, error);
      assert.deepEqual([rig.chip.slot, rig.chip.agent, rig.time.pending], [-1, undefined, 0]);
    }
  });
});

describe("a chip's reset", () => {
  it("that the program asks for is a software one, in a turn of its own", () => {
    const rig = new Rig((platform) => {
      if (platform.boot.resetReason === "software") return;
      platform.boot.restart();
      rig.nextSlot = 1;
    });
    rig.chip.powerOn();
    assert.equal(rig.chip.boots, 1);
    rig.live(10);
    assert.deepEqual(rig.diary, ["boot by power-on at 0", "boot by software at 0"]);
    assert.deepEqual([rig.chip.boots, rig.chip.slot], [2, 1]);
  });

  it("comes from the watchdog when a program never feeds it, and again and again", () => {
    const rig = new Rig(() => undefined);
    rig.chip.powerOn();
    rig.live(2 * watchdogMs);
    assert.deepEqual(rig.diary, [
      "boot by power-on at 0",
      `boot by watchdog at ${watchdogMs}`,
      `boot by watchdog at ${2 * watchdogMs}`,
    ]);
  });

  it("comes from the watchdog its whole time after it was fed last, not before", () => {
    const rig = new Rig((platform) => {
      if (platform.boot.resetReason === "power-on") feed(platform, 5);
    });
    rig.chip.powerOn();
    rig.live(4 * 300 + watchdogMs - 1);
    assert.equal(rig.chip.boots, 1);
    rig.live(1);
    assert.deepEqual(rig.diary.slice(1), [`boot by watchdog at ${4 * 300 + watchdogMs}`]);
  });

  it("does not come while a program feeds the watchdog", () => {
    const rig = new Rig(feed);
    rig.chip.powerOn();
    rig.live(minuteMs);
    assert.equal(rig.chip.boots, 1);
  });
});

describe("a chip's platform", () => {
  it("passes bytes both ways, and closes", () => {
    const rig = new Rig((platform) => {
      feed(platform);
      const socket = platform.connect({
        ...server,
        onWritable: () => undefined,
        onReadable: (byteLength) => {
          const bytes = new Uint8Array(byteLength);
          assert.equal(socket.read(bytes), byteLength);
          socket.write(bytes);
          socket.close();
        },
        onError: () => assert.fail("it is not over"),
      });
    });
    rig.chip.powerOn();
    rig.live(100);
    rig.peers[0]?.send(new Uint8Array(12));
    rig.live(100);
    assert.deepEqual(rig.diary.slice(1), ["server: 12 bytes at 110", "server: closed at 110"]);
  });

  it("clears timers, and bears clearing those of another kind", () => {
    const rig = new Rig((platform) => {
      platform.timer.clear(platform.timer.set(() => assert.fail("it was cleared"), 10));
      platform.timer.clear(17);
    });
    rig.chip.powerOn();
    rig.live(100);
  });

  it("has the MAC address and the randomness that it was given", () => {
    const macAddress = Uint8Array.of(2, 1, 2, 3, 4, 5);
    const seen: unknown[] = [];
    const rig = new Rig(
      ({ macAddress: mac, random, log }) => {
        seen.push(mac?.(), random());
        log("a line");
      },
      { macAddress, random: () => 0.25, log: (line) => seen.push(line) },
    );
    rig.chip.powerOn();
    assert.deepEqual(seen, [macAddress, 0.25, "a line"]);
  });

  it("tells what a callback throws, or passes it to whoever drives time", () => {
    const program: Program = (platform) => {
      platform.timer.set(() => {
        throw new Error("a bug");
      }, 1);
    };
    const thrown: unknown[] = [];
    const told = new Rig(program, { onThrown: (error) => thrown.push(error) });
    told.chip.powerOn();
    told.live(10);
    assert.match(String(thrown), /a bug/);
    const untold = new Rig(program);
    untold.chip.powerOn();
    assert.throws(() => {
      untold.live(10);
    }, /a bug/);
  });
});
