// A chip in a process whose power fails, and whose flash takes its time.

import assert from "node:assert/strict";
import { FlashTimes } from "../../../src/formats/flash/flash-times.js";
import type { TimerHandle } from "../../../src/ports/timer.js";
import { beginEverything, feed, minuteMs, Rig, sayAll, server, watchdogMs } from "./device-rig.js";

describe("a power cut", () => {
  it("ends timers, resolutions, restarts and the watchdog", () => {
    const rig = new Rig((platform) => {
      beginEverything(platform, (what) => {
        rig.note(what);
      });
    });
    rig.chip.powerOn();
    rig.chip.cutPower();
    rig.chip.cutPower();
    rig.live(minuteMs);
    assert.deepEqual(rig.diary, ["boot by power-on at 0"]);
    assert.deepEqual([rig.chip.boots, rig.chip.slot], [1, -1]);
  });

  it("closes sockets: the server hears of it, the program no more", () => {
    const rig = new Rig((platform) => {
      const say = (what: string): void => {
        rig.note(what);
      };
      platform.connect({ ...server, ...sayAll(say) });
    });
    rig.chip.powerOn();
    rig.live(100);
    rig.peers[0]?.send(new Uint8Array(10));
    rig.chip.cutPower();
    rig.live(minuteMs);
    assert.deepEqual(rig.diary.slice(1), ["connected at 10", "server: closed at 105"]);
  });

  it("closes sockets that are still connecting: the server never hears of them", () => {
    const rig = new Rig((platform) => {
      const say = (what: string): void => {
        rig.note(what);
      };
      platform.connect({ ...server, ...sayAll(say) });
    });
    rig.chip.powerOn();
    rig.chip.cutPower();
    rig.live(minuteMs);
    assert.deepEqual([rig.diary, rig.peers], [["boot by power-on at 0"], []]);
  });

  it("leaves nothing of the old boot in the next", () => {
    const rig = new Rig((platform) => {
      const { resetReason } = platform.boot;
      if (resetReason !== "power-on") return;
      beginEverything(platform, (what) => {
        rig.note(what);
      });
    });
    rig.chip.powerOn();
    rig.chip.powerOn("brown-out");
    rig.live(watchdogMs);
    assert.deepEqual(rig.diary, [
      "boot by power-on at 0",
      "boot by brown-out at 0",
      `boot by watchdog at ${watchdogMs}`,
    ]);
  });

  it("takes from code that still runs whatever would reach into the next boot", () => {
    const rig = new Rig((platform) => {
      if (platform.boot.resetReason !== "power-on") return;
      platform.timer.set(() => {
        rig.chip.powerOn("panic");
        // On a real chip this code is gone.
        beginEverything(platform, (what) => {
          rig.note(what);
        });
        platform.boot.feedWatchdog();
        assert.throws(
          () => platform.connect({ ...server, ...sayAll(() => undefined) }),
          /boot .* is over/,
        );
      }, 500);
    });
    rig.chip.powerOn();
    rig.live(500 + watchdogMs);
    assert.deepEqual(rig.diary, [
      "boot by power-on at 0",
      "boot by panic at 500",
      `boot by watchdog at ${500 + watchdogMs}`,
    ]);
    assert.deepEqual(rig.peers, []);
  });
});

describe("a chip whose flash takes its time", () => {
  const sectorMs = 45;

  it("stands still while it erases: timers and sockets wait, its clock goes on", () => {
    const rig: Rig = new Rig(
      (platform) => {
        feed(platform, 1);
        platform.timer.set(() => rig.note("timer"), 1);
        platform.connect({
          ...server,
          onReadable: () => undefined,
          onWritable: () => rig.note("connected"),
          onError: () => undefined,
        });
        platform.openPartition("nextota").eraseBlock(0, 2);
        assert.equal(platform.clock(), 2 * sectorMs);
      },
      { flashTimes: new FlashTimes() },
    );
    rig.chip.powerOn();
    rig.live(500);
    assert.deepEqual(rig.diary, [
      "boot by power-on at 0",
      `timer at ${2 * sectorMs}`,
      `connected at ${2 * sectorMs}`,
    ]);
  });

  it("does not call a timer that is cleared while it waits for the flash", () => {
    const rig: Rig = new Rig(
      (platform) => {
        feed(platform, 1);
        let second: TimerHandle = 0;
        platform.timer.set(() => {
          rig.note("first");
          platform.timer.clear(second);
        }, 1);
        second = platform.timer.set(() => rig.note("second"), 2);
        // Both are due while this goes on.
        platform.timer.set(() => platform.openPartition("nextota").eraseBlock(0), 0);
      },
      { flashTimes: new FlashTimes() },
    );
    rig.chip.powerOn();
    rig.live(500);
    assert.deepEqual(rig.diary, ["boot by power-on at 0", `first at ${sectorMs}`]);
  });

  it("forgets what waits when its power is cut", () => {
    const rig: Rig = new Rig(
      (platform) => {
        platform.timer.set(() => rig.note("timer"), 1);
        platform.openPartition("nextota").eraseBlock(0);
      },
      { flashTimes: new FlashTimes() },
    );
    rig.chip.powerOn();
    rig.live(5);
    rig.chip.cutPower();
    rig.live(500);
    assert.deepEqual(rig.diary, ["boot by power-on at 0"]);
  });
});
