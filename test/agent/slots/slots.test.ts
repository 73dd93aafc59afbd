// The commit points of an update: what is on record after each, and what a full store leaves.

import assert from "node:assert/strict";
import { Records } from "../../../src/agent/slots/records.js";
import { Slots } from "../../../src/agent/slots/slots.js";
import { otaState } from "../../../src/flash/otadata.js";
import { OtadataWriter } from "../../../src/flash/otadata-writer.js";
import type { ResetReason } from "../../../src/ports/boot.js";
import type { Platform } from "../../../src/ports/platform.js";
import { badDownloadsMax, trialsMax } from "../../../src/agent/limits.js";
import type { ReleaseIdentity } from "../../../src/protocol/release.js";
import { storeDomain } from "../../../src/protocol/store-keys.js";
import { MemoryStores } from "../../support/memory-store.js";
import { NorFlash, PowerCut } from "../../support/nor-flash.js";
import { makeImage } from "../../support/world.js";

const digest = "ab".repeat(32);
const release: ReleaseIdentity = { id: "lamp-1.1.0", sizeBytes: 1360, timestampSeconds: 1 };
const other: ReleaseIdentity = { ...release, timestampSeconds: 2 };

/** Flash and store of one device, through any number of boots. */
class Device {
  readonly stores = new MemoryStores();
  readonly otadata = new NorFlash({ size: 0x2000 });
  readonly idle = NorFlash.of(new Uint8Array(4096).fill(0x5a));
  readonly log: string[] = [];

  get records(): Records {
    return new Records(this.stores.open(storeDomain));
  }

  boot(slot: number, resetReason: ResetReason = "power-on", records = this.records): Slots {
    const image = NorFlash.of(pad(makeImage({ version: "1.0.0", bytes: 1360 })));
    const { otadata } = this;
    const idle = {
      eraseBlock: (block: number) => {
        this.idle.eraseBlock(block);
      },
      close: () => undefined,
    };
    const platform = {
      boot: { slot, resetReason },
      log: (line: string) => this.log.push(line),
      openPartition: (path: string) => ({ otadata, nextota: idle })[path] ?? image,
    };
    return new Slots(platform as unknown as Platform, records);
  }

  get headIsBlank(): boolean {
    const bytes = new Uint8Array(4096);
    this.idle.read(bytes, 0);
    return bytes.every((byte) => byte === 0xff);
  }

  /** Loses power in the operation, counted over both partitions, with the erase of slot 1 last. */
  cutAfter(operation: number, bytes: number): void {
    const inOtadata = otadataOperations();
    if (operation < inOtadata) this.otadata.cutAt({ operation, bytes });
    else this.idle.cutAt({ operation: operation - inOtadata, bytes });
  }

  powerOn(): void {
    this.otadata.powerOn();
    this.idle.powerOn();
  }

  stateOf(slot: number): number | undefined {
    return new OtadataWriter(this.otadata, 0).slotState(slot);
  }

  /** What the boot loader does with a new entry, and at the next reset. */
  mark(slot: number, state: number): void {
    const entry = new Uint8Array(32);
    for (const sector of [0, 1]) {
      this.otadata.read(entry, sector * 4096);
      const sequence = new DataView(entry.buffer).getUint32(0, true);
      if (sequence === 0xffffffff || (sequence - 1) % 2 !== slot) continue;
      new DataView(entry.buffer).setUint32(24, state, true);
      this.otadata.eraseBlock(sector);
      this.otadata.write(entry, sector * 4096);
    }
  }

  /** An image in slot 1, armed and started for the first time. */
  trial(): Slots {
    const slots = this.boot(0);
    slots.beginDownload(slots.openProgress(release));
    slots.arm(release, digest);
    slots.switchToArmed();
    this.mark(1, otaState.pendingVerify);
    return this.boot(1, "software");
  }
}

/** A device whose trial hung, after its rejection. */
function rejected(): Device {
  const device = new Device();
  device.trial();
  device.mark(1, otaState.aborted);
  device.powerOn();
  device.boot(0, "watchdog").rejectIdle("hung");
  return device;
}

function otadataOperations(): number {
  return rejected().otadata.operations.length;
}

function rejectOperations(): number {
  const { otadata, idle } = rejected();
  return otadata.operations.length + idle.operations.length;
}

function pad(bytes: Uint8Array): Uint8Array {
  const padded = new Uint8Array(4096).fill(0xff);
  padded.set(bytes);
  return padded;
}

describe("slots", () => {
  it("arm, switch and confirm, each on record before the next", () => {
    const device = new Device();
    const slots = device.boot(0);
    slots.beginDownload(slots.openProgress(release));
    assert.deepEqual([device.stateOf(0), device.stateOf(1)], [otaState.valid, undefined]);
    device.records.writeTarget({ release, slot: 1, badDownloads: 0 });
    slots.arm(release, digest);
    const armed = { release, slot: 1, digest, trials: 0, silentTrials: 0, endedSilent: false };
    assert.deepEqual(device.records.readArmed(), armed);
    assert.equal(device.records.readTarget(), undefined);
    slots.switchToArmed();
    assert.deepEqual(device.records.readArmed(), { ...armed, trials: 1 });
    assert.equal(device.stateOf(1), otaState.new);

    device.mark(1, otaState.pendingVerify);
    const onTrial = device.boot(1, "software");
    assert.deepEqual(onTrial.decide(), { kind: "trial" });
    onTrial.confirm();
    assert.deepEqual([device.stateOf(0), device.stateOf(1)], [otaState.valid, otaState.valid]);
    assert.deepEqual([onTrial.armed, onTrial.confirmed], [undefined, undefined]);
    assert.deepEqual(device.boot(1).decide(), { kind: "ordinary" });
  });

  it("begin a download by forgetting all that leads to the idle slot, in this order", () => {
    const device = new Device();
    device.trial();
    device.mark(1, otaState.aborted);
    const events: string[] = [];
    const stores = device.stores.open(storeDomain);
    const note = (event: string): void => {
      const last = device.otadata.operations.length;
      if (last > seen) events.push("otadata");
      seen = last;
      events.push(event);
    };
    const records = new Records({
      read: (key) => stores.read(key),
      write: (key, value) => {
        note(`write ${key}`);
        stores.write(key, value);
      },
      delete: (key) => {
        note(`forget ${key}`);
        stores.delete(key);
      },
      close: () => undefined,
    });
    const slots = device.boot(0, "power-on", records);
    let seen = device.otadata.operations.length;
    slots.beginDownload(slots.openProgress(other));
    assert.deepEqual(events, [
      "forget progress.0",
      "forget progress.1",
      "forget armed",
      "otadata",
      "forget confirmed",
      "write target",
    ]);
    assert.deepEqual(records.readTarget(), { release: other, slot: 1, badDownloads: 0 });
  });

  it("forget what was armed before a byte of it is given up", () => {
    const device = new Device();
    const slots = device.boot(0);
    slots.arm(release, digest);
    slots.beginDownload(slots.openProgress(release));
    assert.equal(slots.armed, undefined);
    assert.deepEqual(device.boot(0).decide(), { kind: "ordinary" });
  });

  it("count trials on when the same release is armed again, and anew for another", () => {
    const device = new Device();
    const slots = device.boot(0);
    for (let trial = 1; trial <= trialsMax; trial += 1) {
      slots.arm(release, digest);
      slots.switchToArmed();
      assert.equal(slots.armed?.trials, trial);
    }
    slots.arm(other, digest);
    assert.equal(slots.armed?.trials, 0);
  });

  it("decide the same however often they are asked in one boot", () => {
    const device = new Device();
    device.trial();
    device.records.writeRestartAsked();
    device.mark(1, otaState.aborted);
    const slots = device.boot(0, "software");
    assert.deepEqual(slots.decide(), { kind: "rearm" });
    assert.deepEqual(slots.decide(), { kind: "rearm" });
    // But it excuses one reset only.
    assert.deepEqual(device.boot(0, "software").decide(), { kind: "reject", reason: "crashed" });
  });

  it("reject: the release is remembered, the idle slot no longer armed", () => {
    const device = new Device();
    device.trial();
    device.mark(1, otaState.aborted);
    const slots = device.boot(0, "watchdog");
    slots.rejectIdle("hung");
    assert.equal(device.records.rejection(release), "hung");
    assert.equal(slots.armed, undefined);
    assert.deepEqual(slots.decide(), { kind: "ordinary" });
  });

  it("leave nothing to start in the slot of what is rejected, cut or not", () => {
    const count = rejectOperations();
    assert.ok(count >= 3, `${count} operations`);
    for (let operation = 0; operation < count; operation += 1) {
      for (const bytes of [0, 4]) {
        const device = new Device();
        device.trial();
        device.mark(1, otaState.aborted);
        device.cutAfter(operation, bytes);
        assert.throws(() => {
          device.boot(0, "watchdog").rejectIdle("hung");
        }, PowerCut);
        device.powerOn();
        const slots = device.boot(0, "power-on");
        if (operation === 0 && bytes === 0) assert.equal(device.headIsBlank, false);
        assert.deepEqual(slots.decide(), { kind: "finish-rejection" });
        slots.finishRejection();
        assert.equal(device.headIsBlank, true);
        assert.equal(device.records.rejection(release), "hung");
        assert.deepEqual([device.stateOf(0), device.stateOf(1)], [otaState.valid, undefined]);
        assert.deepEqual(device.boot(0).decide(), { kind: "ordinary" });
      }
    }
  });

  it("leave the rejection of a running image to the old one, and its way back alone", () => {
    const device = new Device();
    const slots = device.trial();
    slots.rejectRunning("its self-test failed");
    assert.equal(device.headIsBlank, false);
    assert.equal(device.stateOf(0), otaState.valid);
    device.mark(1, otaState.aborted);
    const old = device.boot(0, "power-on");
    assert.deepEqual(old.decide(), { kind: "finish-rejection" });
    old.finishRejection();
    assert.equal(device.headIsBlank, true);
    assert.equal(device.records.rejection(release), "its self-test failed");
  });

  it("give a release that came out wrong a few downloads, counted over resets", () => {
    const device = new Device();
    for (let download = 1; download < badDownloadsMax; download += 1) {
      assert.equal(device.boot(0).rejectDownload(release, "wrong"), false);
      assert.equal(device.records.rejection(release), undefined);
    }
    assert.equal(device.boot(0).rejectDownload(release, "wrong"), true);
    assert.equal(device.records.rejection(release), "wrong");
    assert.equal(device.records.rejection(other), undefined);
  });

  it("give up a download that was judged, at the next boot if a cut came first", () => {
    const device = new Device();
    for (let badDownloads = 0; badDownloads < badDownloadsMax; badDownloads += 1) {
      device.records.writeTarget({ release, slot: 1, badDownloads });
      assert.equal(device.boot(0).isDownloadJudged, false);
      device.boot(0).rejectDownload(release, "wrong");
      assert.equal(device.boot(0).isDownloadJudged, true);
      assert.equal(device.boot(1).isDownloadJudged, false, "the slot that runs");
      device.boot(0).giveUpDownload();
      assert.equal(device.boot(0).isDownloadJudged, false);
    }
    device.records.writeTarget({ release: other, slot: 1, badDownloads: 0 });
    assert.equal(device.boot(0).isDownloadJudged, false, "another release");
  });

  it("judge a trial once: what resets the chip afterwards does not count against it", () => {
    const device = new Device();
    device.trial();
    device.mark(1, otaState.aborted);
    const slots = device.boot(0, "power-on");
    assert.deepEqual(slots.decide(), { kind: "rearm" });
    slots.forgetTrial();
    // The old image crashes while it waits for leave to restart.
    assert.deepEqual(device.boot(0, "panic").decide(), { kind: "rearm" });
  });

  it("give a rejection the room of what is forgotten for it", () => {
    const device = new Device();
    const slots = device.boot(0);
    slots.arm(release, digest);
    device.stores.bytesMax = device.stores.bytes;
    slots.rejectIdle("hung");
    assert.equal(device.records.rejection(release), "hung");
  });

  it("roll back at once what is not on trial by its entry, and leave the rest to the boot loader", () => {
    for (const state of [otaState.pendingVerify, otaState.new, otaState.valid]) {
      const device = new Device();
      const slots = device.trial();
      device.mark(1, state);
      assert.equal(slots.canRollBack, true);
      slots.rollBack();
      const after = state === otaState.pendingVerify ? state : otaState.invalid;
      assert.equal(device.stateOf(1), after);
      assert.equal(device.stateOf(0), otaState.valid);
    }
  });

  it("know that there is nothing to roll back to", () => {
    const device = new Device();
    const slots = device.trial();
    device.mark(0, otaState.aborted);
    assert.equal(slots.canRollBack, false);
  });
});

describe("slots with a full store", () => {
  it("do not arm or switch, and say so", () => {
    const device = new Device();
    const slots = device.boot(0);
    slots.beginDownload(slots.openProgress(release));
    device.stores.bytesMax = 0;
    assert.throws(() => {
      slots.arm(release, digest);
    }, /full/);
    device.stores.bytesMax = Infinity;
    slots.arm(release, digest);
    device.stores.bytesMax = 0;
    assert.throws(() => {
      slots.switchToArmed();
    }, /full/);
    // A trial that is not counted is not begun.
    assert.equal(device.stateOf(1), undefined);
  });

  it("confirm all the same", () => {
    const device = new Device();
    const slots = device.trial();
    device.stores.bytesMax = 0;
    slots.confirm();
    assert.equal(device.stateOf(1), otaState.valid);
    assert.deepEqual(device.boot(1).decide(), { kind: "ordinary" });
  });

  it("finish a confirmation that is on record, without writing it again", () => {
    const device = new Device();
    const slots = device.trial();
    device.records.writeConfirmed({ slot: 1, digest, sizeBytes: release.sizeBytes });
    device.stores.bytesMax = 0;
    assert.deepEqual(slots.decide(), { kind: "finish-confirmation" });
    slots.confirm();
    assert.equal(slots.confirmed, undefined);
    assert.deepEqual(device.log, []);
  });

  it("end a silent trial and reject without an exception", () => {
    const device = new Device();
    const slots = device.trial();
    device.stores.bytesMax = 0;
    slots.endSilent();
    slots.rejectRunning("never-reached-service");
    assert.ok(device.log.length >= 2);
    device.mark(1, otaState.aborted);
    const old = device.boot(0, "software");
    assert.deepEqual(old.decide(), { kind: "reject", reason: "crashed" });
    old.rejectIdle("crashed");
    assert.equal(old.armed, undefined);
    assert.ok(device.log.length >= 3);
  });
});
