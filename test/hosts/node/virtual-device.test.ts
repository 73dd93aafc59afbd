// A chip in a process: boots, resets, the watchdog, and that nothing of a boot outlives it. What
// runs in the slots here is a few lines of each test's own.

import assert from "node:assert/strict";
import { VirtualDevice, type VirtualDeviceOptions } from "../../../hosts/node/virtual-device.js";
import { VirtualNetwork, type PeerSocket } from "../../../hosts/node/virtual-network.js";
import { VirtualTime } from "../../../hosts/node/virtual-time.js";
import { FlashTimes } from "../../../src/formats/flash/flash-times.js";
import type { FlashPartition } from "../../../src/ports/flash.js";
import type { ResetReason } from "../../../src/ports/boot.js";
import type { Platform } from "../../../src/ports/platform.js";
import type { TimerHandle } from "../../../src/ports/timer.js";
import type { TCPOptions } from "../../../src/ports/tcp.js";
import { MemoryStores } from "../../support/memory-store.js";
import { PowerCut } from "../../support/nor-flash.js";
import { flashWith, layout } from "../../formats/flash/flash-layout.js";

const server = { address: "10.0.0.1", port: 80 };
const watchdogMs = 1000;
const minuteMs = 60_000;

/** A program: what a slot holds. It is called at each boot. */
type Program = (platform: Platform) => void;

class Rig {
  readonly time = new VirtualTime();
  readonly network = new VirtualNetwork(this.time, { latencyMs: 5 });
  readonly flash = flashWith();
  readonly chip: VirtualDevice;
  readonly peers: PeerSocket[] = [];
  readonly diary: string[] = [];
  /** What the boot loader starts next. */
  nextSlot = 0;

  constructor(program: Program, options: Partial<VirtualDeviceOptions> = {}) {
    const stores = new MemoryStores();
    this.network.listen(server.address, server.port, (socket) => {
      this.peers.push(socket);
      return {
        onBytes: (bytes) => {
          this.note(`server: ${bytes.length} bytes`);
        },
        onClosed: () => {
          this.note("server: closed");
        },
      };
    });
    this.chip = new VirtualDevice({
      flash: this.flash,
      world: this.network,
      startBootLoader: () => ({ slot: this.nextSlot }),
      openStores: () => stores.open,
      watchdogMs,
      startImage: (platform) => {
        this.note(`boot by ${platform.boot.resetReason}`);
        program(platform);
        return undefined;
      },
      ...options,
    });
  }

  note(what: string): void {
    this.diary.push(`${what} at ${this.time.nowMs}`);
  }

  live(forMs: number): void {
    this.time.runUntil(() => false, this.time.nowMs + forMs);
  }
}

function feed(platform: Platform, times = Infinity): void {
  platform.boot.feedWatchdog();
  if (times > 1) platform.timer.set(() => feed(platform, times - 1), 300);
}

/** Callbacks that each do the same. */
function sayAll(say: (what: string) => void): Omit<TCPOptions, "address" | "port"> {
  return {
    onReadable: (byteLength) => {
      say(`readable ${byteLength}`);
    },
    onWritable: () => {
      say("connected");
    },
    onError: () => {
      say("over");
    },
  };
}

/** Everything a boot can leave behind, begun at once. */
function beginEverything(platform: Platform, say: (what: string) => void): void {
  platform.timer.set(() => {
    say("timer");
  }, 0);
  platform.timer.set(() => {
    say("later timer");
  }, 100);
  platform.resolve("10.1.1.1", () => {
    say("resolved");
  });
  platform.boot.restart();
}

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
