// The indexes of the golden data that tell what Espressif's boot code does, with the flash images
// they speak of. Shapes only; the verdicts are in the JSON files.

import { NorFlash } from "../../support/nor-flash.js";
import { loadFile, loadIndex } from "../../support/vectors.js";

export interface EntryFields {
  readonly ota_seq: number;
  readonly ota_state: number;
  readonly crc: number;
}

/** One boot of the ESP-IDF boot loader. */
export interface BootVerdict {
  readonly selected_index: number;
  readonly initial_contents: boolean;
  readonly tried: readonly { readonly index: number; readonly ok: boolean }[];
  /** Null: nothing starts. */
  readonly booted_index: number | null;
  readonly sector_erases: number;
  readonly otadata_after: readonly [EntryFields, EntryFields];
}

export interface OtadataIndex {
  readonly images: readonly {
    readonly file: string;
    /** By "<table>, rollback" or "<table>, no rollback". */
    readonly bootloader: Readonly<Record<string, BootVerdict>>;
  }[];
  readonly chains: readonly {
    readonly chain: string;
    readonly rollback_enabled: boolean;
    readonly table: string;
    /** "erased otadata", or the name of an image and what it holds. */
    readonly start: string;
    readonly steps: readonly (Partial<BootVerdict> & { readonly cmd: string })[];
  }[];
  readonly damaged_slots: readonly (BootVerdict & {
    readonly case: string;
    readonly table: string;
    readonly otadata: string;
    readonly slots: Readonly<Record<string, string>>;
    readonly rollback: boolean;
  })[];
}

export const otadataIndex = loadIndex<OtadataIndex>("otadata", "otadata.json");

interface TableIndex {
  readonly tables: Readonly<
    Record<string, { partitions: readonly { name: string; offset: number; size: number }[] }>
  >;
}

const flashBytes = 4 << 20;
const tableAddress = 0x8000;
const tables = loadIndex<TableIndex>("partition-table", "partition-tables.json").tables;

const imageIndex = loadIndex<{ readonly good: readonly { readonly file: string }[] }>(
  "app-image",
  "verdicts.json",
);

/** What the slots hold in all runs of the otadata index, unless a case says otherwise. */
const goodImages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  a_4mb_ab: { ota_0: "esp32-1.0.0.bin", ota_1: "esp32-1.1.0.bin" },
  f_4mb_factory_ab: {
    factory: "esp32-1.0.0.bin",
    ota_0: "esp32-1.1.0.bin",
    ota_1: "esp32-2.0.0-rc.1.bin",
  },
};

export interface VectorFlash {
  readonly flash: NorFlash;
  readonly otadataAddress: number;
}

/** A flash with that table, that otadata (8 KiB) and images; `slots` overrides the good ones. */
export function makeFlash(
  table: string,
  otadata: Uint8Array,
  slots: Readonly<Record<string, string>> = {},
): VectorFlash {
  const flash = new NorFlash({ size: flashBytes });
  flash.write(loadFile("partition-table", `${table}.bin`), tableAddress);
  for (const [label, file] of Object.entries({ ...goodImages[table], ...slots })) {
    if (file !== "erased") flash.write(loadImage(file), addressOf(table, label));
  }
  const otadataAddress = addressOf(table, "otadata");
  flash.write(otadata, otadataAddress);
  flash.powerOn();
  flash.resetCounts();
  return { flash, otadataAddress };
}

export function loadOtadata(file: string): Uint8Array {
  return loadFile("otadata", file);
}

/** An otadata partition with these two entries. */
export function makeOtadata(entries: readonly EntryFields[]): Uint8Array {
  const bytes = Buffer.alloc(8192, 0xff);
  for (const [sector, { ota_seq, ota_state, crc }] of entries.entries()) {
    bytes.writeUInt32LE(ota_seq, sector * 4096);
    bytes.writeUInt32LE(ota_state, sector * 4096 + 24);
    bytes.writeUInt32LE(crc, sector * 4096 + 28);
  }
  return bytes;
}

/** The two entries in the otadata partition of a flash. */
export function entriesIn({ flash, otadataAddress }: VectorFlash): EntryFields[] {
  return [0, 4096].map((offset) => {
    const bytes = Buffer.alloc(32);
    flash.read(bytes, otadataAddress + offset);
    return {
      ota_seq: bytes.readUInt32LE(0),
      ota_state: bytes.readUInt32LE(24),
      crc: bytes.readUInt32LE(28),
    };
  });
}

function loadImage(file: string): Uint8Array {
  const folders = imageIndex.good.some((good) => good.file === file) ? [] : ["damaged"];
  return loadFile("app-image", ...folders, file);
}

function addressOf(table: string, label: string): number {
  const partition = tables[table]?.partitions.find(({ name }) => name === label);
  if (partition === undefined) throw new Error(`table ${table} has no partition ${label}`);
  return partition.offset;
}
