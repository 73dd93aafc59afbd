// The parts of src/flash/SPEC.md that the code can tell: the layout of flash, the records that the
// agent leaves in NVS, and the entries of otadata step by step through updates.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { BootOtadata } from "../../src/formats/boot/boot-otadata.js";
import { ProgressStore } from "../../src/agent/update/progress.js";
import { Records } from "../../src/agent/slots/records.js";
import { isPresent, otaState, type OtaEntry } from "../../src/flash/otadata.js";
import { OtadataWriter } from "../../src/flash/otadata-writer.js";
import { parsePartitionCsv } from "../../src/formats/partition-table/partition-table-csv.js";
import { cikCharacters } from "../../src/protocol/limits.js";
import { sectorBytes } from "../../src/ports/flash.js";
import { MemoryStores } from "../support/memory-store.js";
import { NorFlash, PowerCut } from "../support/nor-flash.js";
import { assertBlock, fenced, markdownTable } from "../support/generated-block.js";

const spec = "src/flash/SPEC.md";
const maker = "test/agent/flash-spec.test.ts";

describe("the specification of flash", () => {
  it("has the layout of the partition table that chips get", () => {
    const csv = new URL("../../../hosts/esp32/partitions.csv", import.meta.url);
    const rows = parsePartitionCsv(readFileSync(csv, "utf8")).map((partition) => {
      const { label, type, subtype, offset, size } = partition;
      const numbers = [offset, offset + size, size].map((value) => `0x${value.toString(16)}`);
      return [label, `${type} / 0x${subtype.toString(16)}`, ...numbers];
    });
    const heads = ["Partition", "Type / subtype", "From", "To", "Bytes"];
    assertBlock(spec, `${maker}: layout`, markdownTable(heads, rows));
  });

  it("has the agent's records as they are written", () => {
    assertBlock(spec, `${maker}: records`, fenced("text", recordLines()));
  });

  it("has the entries of otadata through updates", () => {
    const heads = ["Step", "By", "Flash operations", "Sector 0", "Sector 1"];
    assertBlock(spec, `${maker}: otadata`, markdownTable(heads, otadataRows()));
  });
});

function recordLines(): string[] {
  const stores = new MemoryStores();
  const store = stores.open("provision");
  const records = new Records(store);
  const digest = "5a".repeat(32);
  const release = {
    id: "lamp-1.1.0",
    sizeBytes: 1_048_576,
    timestampSeconds: 1_700_000_000,
    version: "1.1.0",
    sha256: digest,
  };
  const slot = 1;
  records.writeCik("c".repeat(cikCharacters));
  const target = { release, slot, badDownloads: 0 };
  records.writeTarget(target);
  const progress = new ProgressStore(store, target);
  progress.write(1, new Uint8Array(32).fill(0x5a));
  progress.write(2, new Uint8Array(32).fill(0x5a));
  records.writeArmed({ release, slot, digest, trials: 2, silentTrials: 1, endedSilent: true });
  records.writeConfirmed({ slot, sizeBytes: release.sizeBytes, digest });
  records.reject({ ...release, id: "lamp-1.2.0" }, "its bytes are wrong", 1);
  records.reject(release, "crashed");
  records.writeRestartAsked();
  records.openActivation();
  return [...(stores.domains.get("provision") ?? [])].map(([key, value]) => {
    const shown = value
      .replaceAll(digest, "<64 hex>")
      .replace(/^c+$/, `<${value.length} characters>`);
    return `${key.padEnd(10)} = ${shown}`;
  });
}

/** A device's otadata, changed by its two hands in turn. */
class OtadataStory {
  readonly rows: string[][] = [];
  readonly #flash = new NorFlash({ size: 2 * sectorBytes });

  agent(step: string, slot: number, change: (writer: OtadataWriter) => unknown): void {
    this.#tell(step, `agent in ota_${slot}`, () => {
      change(new OtadataWriter(this.#flash, slot));
    });
  }

  /** The power fails before the last of the three operations that a rewrite takes. */
  cutBeforeLast(step: string, slot: number, change: (writer: OtadataWriter) => unknown): void {
    this.#tell(step, `agent in ota_${slot}`, () => {
      this.#flash.cutAt({ operation: 2, bytes: 0 });
      assert.throws(() => {
        change(new OtadataWriter(this.#flash, slot));
      }, PowerCut);
    });
  }

  bootLoader(step: string, firstBoot?: number): void {
    this.#tell(step, "boot loader", () => {
      const otadata = new BootOtadata(this.#flash, 0);
      otadata.select({ rollback: true, factory: false, slotCount: 2 });
      if (firstBoot !== undefined) otadata.recordFirstBoot(firstBoot);
    });
  }

  #tell(step: string, by: string, change: () => void): void {
    this.#flash.powerOn();
    change();
    const done = this.#flash.wasCut ? -1 : undefined;
    const operations = this.#flash.operations
      .slice(0, done)
      .map(({ kind, byteOffset, byteLength }) => {
        const place = `s${Math.floor(byteOffset / sectorBytes)}`;
        if (kind === "erase") return `erase ${place}`;
        return byteLength === 4 ? `strike ${place}` : `write ${place}`;
      });
    if (done !== undefined) this.#flash.powerOn();
    const entries = new OtadataWriter(this.#flash, 0).read();
    this.rows.push([step, by, operations.join(", "), ...entries.map(describeEntry)]);
  }
}

function describeEntry(entry: OtaEntry): string {
  if (!isPresent(entry)) return "-";
  const [name] = Object.entries(otaState).find(([, value]) => value === entry.state) ?? ["?"];
  return `${entry.sequence} ${name.replace("pendingVerify", "pending-verify")}`;
}

function otadataRows(): string[][] {
  const story = new OtadataStory();
  story.bootLoader("first boot of ota_0", 0);
  story.agent("clear the idle slot", 0, (writer) => writer.forgetIdleSlot());
  story.agent("switch to ota_1", 0, (writer) => writer.recordSwitch(1));
  story.bootLoader("start the trial");
  story.bootLoader("reset within the trial");
  story.agent("switch again", 0, (writer) => writer.recordSwitch(1));
  story.bootLoader("start the trial");
  story.agent("confirm", 1, (writer) => writer.recordConfirmation(1));
  story.agent("clear the idle slot", 1, (writer) => writer.forgetIdleSlot());
  story.agent("switch to ota_0", 1, (writer) => writer.recordSwitch(0));
  story.bootLoader("start the trial");
  story.cutBeforeLast("confirm, power cut", 0, (writer) => writer.recordConfirmation(0));
  story.agent("heal: confirm ota_0", 1, (writer) => writer.recordConfirmation(0));
  story.agent("clear the idle slot", 0, (writer) => writer.forgetIdleSlot());
  story.agent("switch to ota_1", 0, (writer) => writer.recordSwitch(1));
  story.bootLoader("start the trial");
  story.agent("give itself up", 1, (writer) => writer.recordRollback());
  return story.rows;
}
