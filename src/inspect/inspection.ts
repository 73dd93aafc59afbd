// What was found in a file that came from, or is meant for, an ESP32's flash. Plain data, as it is
// printed in JSON; undefined members are not there.

/** An application image, of a chip or of the simulated chip. */
export interface AppFound {
  readonly verdict: "good" | "damaged";
  /** Why it would not start. */
  readonly problem?: string;
  readonly chip?: string;
  /** Its project ends in -sim. */
  readonly simulated?: boolean;
  readonly project?: string;
  readonly version?: string;
  readonly secureVersion?: number;
  readonly idfVersion?: string;
  /** Date and time of compilation. */
  readonly built?: string;
  readonly segments?: number;
  /** Of the image, without what is behind it. */
  readonly bytes?: number;
  /** The SHA-256 that the image carries, found right. */
  readonly appendedSha256?: string;
  /** Of all its bytes: what a release's `sha256` is. */
  readonly sha256?: string;
}

export interface BootLoaderFound {
  readonly verdict: "good" | "damaged";
  readonly problem?: string;
  readonly chip?: string;
  readonly idfVersion?: string;
  readonly bytes?: number;
}

export interface PartitionFound {
  readonly label: string;
  readonly type: string;
  readonly subtype: string;
  readonly offset: number;
  readonly bytes: number;
  readonly flags?: string;
}

export interface TableFound {
  readonly verdict: "good" | "damaged";
  /** Why ESP-IDF refuses it, or what its generator would not have made. */
  readonly problems: readonly string[];
  readonly partitions: readonly PartitionFound[];
}

export interface OtaEntryFound {
  readonly sector: number;
  /** Absent: the sector has no entry. */
  readonly sequence?: number;
  readonly state?: string;
  readonly crc?: "right" | "wrong";
  /** The slot that it names. */
  readonly slot?: string;
  /** The boot loader heeds it. */
  readonly counts: boolean;
}

export interface OtadataFound {
  readonly entries: readonly OtaEntryFound[];
  /** What the boot loader makes of it: the slot it tries first, with rollback enabled. */
  readonly selects: string;
  /** What it then writes, in words. */
  readonly rewrites: readonly string[];
}

export interface NvsPageFound {
  readonly page: number;
  readonly state: string;
  readonly sequence?: number;
  readonly usedEntries?: number;
}

export interface NvsKeyFound {
  readonly namespace: string;
  readonly key: string;
  readonly type: string;
  /** Absent if it is masked. */
  readonly value?: string | number;
  /** It may be a secret, so it is not shown. */
  readonly masked: boolean;
  /** Of a string or blob. */
  readonly bytes?: number;
}

export interface NvsFound {
  readonly verdict: "good" | "damaged";
  readonly problems: readonly string[];
  readonly pages: readonly NvsPageFound[];
  readonly usedEntries: number;
  readonly freeEntries: number;
  readonly keys: readonly NvsKeyFound[];
}

export interface SlotFound extends AppFound {
  readonly slot: string;
  readonly offset: number;
  readonly slotBytes: number;
  /** Nothing was ever written there. */
  readonly blank: boolean;
}

export type Inspection =
  | { readonly kind: "flash"; readonly bytes: number; readonly flash: FlashFound }
  | { readonly kind: "partition-table"; readonly bytes: number; readonly table: TableFound }
  | { readonly kind: "otadata"; readonly bytes: number; readonly otadata: OtadataFound }
  | { readonly kind: "nvs"; readonly bytes: number; readonly nvs: NvsFound }
  | { readonly kind: "app"; readonly bytes: number; readonly app: AppFound }
  | { readonly kind: "boot-loader"; readonly bytes: number; readonly bootLoader: BootLoaderFound }
  | { readonly kind: "blank"; readonly bytes: number };

export interface FlashFound {
  readonly chip?: string;
  /** Absent: there is none, so no board starts from it. */
  readonly bootLoader?: BootLoaderFound;
  readonly table: TableFound;
  /** Where the table is: 0x8000 in most firmware. */
  readonly tableOffset: number;
  readonly otadata?: OtadataFound;
  readonly slots: readonly SlotFound[];
  /** The slot that starts, with rollback enabled; absent: nothing does. */
  readonly starts?: string;
  readonly nvs: readonly (NvsFound & { readonly label: string })[];
}

/** Everything in it that is wrong, one line each; none if all is well. */
export function problemsOf(inspection: Inspection): string[] {
  switch (inspection.kind) {
    case "flash":
      return problemsOfFlash(inspection.flash);
    case "partition-table":
      return [...inspection.table.problems];
    case "nvs":
      return [...inspection.nvs.problems];
    case "app":
      return listOf(inspection.app.problem);
    case "boot-loader":
      return listOf(inspection.bootLoader.problem);
    case "otadata":
    case "blank":
      return [];
  }
}

function problemsOfFlash({ bootLoader, table, slots, nvs, starts }: FlashFound): string[] {
  const prefix = (name: string, problems: readonly string[]): string[] =>
    problems.map((problem) => `${name}: ${problem}`);
  return [
    ...prefix("boot loader", listOf(bootLoader?.problem)),
    ...prefix("partition table", table.problems),
    ...slots.flatMap(({ slot, blank, problem }) => (blank ? [] : prefix(slot, listOf(problem)))),
    ...nvs.flatMap(({ label, problems }) => prefix(label, problems)),
    ...(starts === undefined && slots.length > 0 ? ["no image starts"] : []),
  ];
}

function listOf(problem: string | undefined): string[] {
  return problem === undefined ? [] : [problem];
}
