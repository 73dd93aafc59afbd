// The lives that are cut: what the device comes with, what the service offers, how the new image
// behaves, and how it must all end.

import { makeFirmware, type Firmware } from "./images.js";
import type { Behaviour } from "./new-image.js";
import { OldAgent } from "./old-agent.js";

export interface Scenario {
  readonly name: string;
  /** In words, for the table. */
  readonly what: string;
  readonly factory: Firmware;
  /** Taken and confirmed before the proof begins. */
  readonly before?: Firmware;
  readonly release: Firmware;
  /** What the service hands out for the release, if not its bytes. */
  readonly served?: Uint8Array;
  /** Takes the place of the release, at the service, when the power first fails. */
  readonly replacement?: Firmware;
  /** The vendor has enabled the serial again: the key that the device holds is good no more. */
  readonly rekeyed?: boolean;
  /** The first sector of the idle slot, if it is whole, loses a bit when the power first fails. */
  readonly decays?: boolean;
  /** The service goes away when the power first fails, for so long. */
  readonly leavesMs?: number;
  readonly behaviour: Behaviour;
  /** In which image the agent is that of an older commit (old-agent.ts). */
  readonly oldAgent?: "old" | "new" | "both";
  readonly ends: "updated" | "rejected";
  /** Of a rejection, if no power failed and somebody answered. */
  readonly cause?: RegExp;
  readonly chunkBytes: number;
  /** Pages of the NVS partition. */
  readonly nvsPages: number;
  /** The product has written so much to NVS that pages must be moved soon, and then again. */
  readonly isWorn: boolean;
}

const small = 4096 + 1360;
const smallFactory = makeFirmware("1.0.0", 1360);
const smallRelease = makeFirmware("1.1.0", small);

const unfit = makeFirmware("1.1.0", small, 1, "another-sim");

const reduced: Scenario = {
  name: "reduced",
  what: "a new device takes an image of two sectors",
  factory: smallFactory,
  release: smallRelease,
  behaviour: "works",
  ends: "updated",
  chunkBytes: 1024,
  nvsPages: 6,
  isWorn: false,
};

const full: Scenario = {
  ...reduced,
  name: "full",
  what: "a new device takes an image of 64 KiB",
  factory: makeFirmware("1.0.0", 65536),
  release: makeFirmware("1.1.0", 65536),
  chunkBytes: 4096,
};

const present: readonly Scenario[] = [
  full,
  reduced,
  {
    ...reduced,
    name: "second",
    what: "a device that was updated before is updated again, into the other slot",
    before: smallRelease,
    release: makeFirmware("1.2.0", small),
  },
  {
    ...reduced,
    name: "rekeyed",
    what: "the same, and the vendor has given the device's key up",
    before: smallRelease,
    release: makeFirmware("1.2.0", small),
    rekeyed: true,
  },
  {
    ...reduced,
    name: "worn",
    what: "the key-value store has to move pages meanwhile",
    nvsPages: 3,
    isWorn: true,
  },
  {
    ...reduced,
    name: "crash",
    what: "the new image crashes as it starts",
    behaviour: "crashes",
    ends: "rejected",
    cause: /^crashed$/,
  },
  {
    ...reduced,
    name: "crash-again",
    what: "the image of a second update, into the first slot, crashes as it starts",
    before: smallRelease,
    release: makeFirmware("1.2.0", small),
    behaviour: "crashes",
    ends: "rejected",
    cause: /^crashed$/,
  },
  {
    ...reduced,
    name: "hang",
    what: "the new image hangs",
    behaviour: "hangs",
    ends: "rejected",
    cause: /^hung$/,
  },
  {
    ...reduced,
    name: "silent",
    what: "the new image never reaches the service",
    behaviour: "silent",
    ends: "rejected",
    cause: /^never-reached-service$/,
  },
  {
    ...reduced,
    name: "corrupt",
    what: "the service sends an image that is whole, but not that of the digest",
    served: makeFirmware("1.1.0", small, 3).bytes,
    ends: "rejected",
    cause: /^/,
  },
  {
    ...reduced,
    name: "replaced",
    what: "another image of the same name and size takes its place at the cut",
    replacement: makeFirmware("1.1.0", small, 2),
  },
  {
    ...reduced,
    name: "decayed",
    what: "a bit of a sector that was whole is lost at the cut",
    decays: true,
  },
  {
    ...reduced,
    name: "unwell",
    what: "the new image fails its own test",
    behaviour: "unwell",
    ends: "rejected",
    cause: /^its self-test failed$/,
  },
  {
    ...reduced,
    name: "undecided",
    what: "the own test of the new image never ends",
    behaviour: "undecided",
    ends: "rejected",
    cause: /^its self-test never ended$/,
  },
  {
    ...reduced,
    name: "restarts",
    what: "the new image restarts the chip in its trial, and says so",
    behaviour: "restarts",
  },
  {
    ...reduced,
    name: "restarts-crash",
    what: "the same, and crashes in its second trial",
    behaviour: "restarts-crashes",
    ends: "rejected",
    cause: /^crashed$/,
  },
  {
    ...reduced,
    name: "unfit",
    what: "the service sends an image of another project, which is refused by its head",
    served: unfit.bytes,
    ends: "rejected",
    cause: /project/,
  },
  {
    ...reduced,
    name: "large",
    what: "a new device takes an image of 1 MiB",
    release: makeFirmware("1.1.0", 1 << 20),
    chunkBytes: 4096,
  },
];

const hourMs = 3_600_000;

/** The same, and the service goes away at the cut: for long enough to end every trial, or a week. */
function left(name: string, word: "left" | "week"): Scenario {
  const scenario = present.find((one) => one.name === name) ?? reduced;
  const [forHowLong, leavesMs] =
    word === "left" ? ["three hours", 3 * hourMs] : ["a week", 7 * 24 * hourMs];
  const what = `${scenario.what}; the service goes away at the cut, for ${forHowLong}`;
  return { ...scenario, name: `${name}-${word}`, what, leavesMs };
}

const leftNames = ["reduced", "second", "rekeyed", "worn", "crash-again", "silent"];

/** Two versions of the agent over one flash, each as the old image and as the new one. */
const twoVersions: readonly Scenario[] = ["reduced", "second", "crash"].flatMap((name) => {
  const scenario = present.find((one) => one.name === name) ?? reduced;
  const { what } = scenario;
  return [
    {
      ...scenario,
      name: `${name}-from-old`,
      what: `${what}; the old image has an older agent`,
      oldAgent: "old",
    },
    {
      ...scenario,
      name: `${name}-to-old`,
      what: `${what}; the new image has an older agent`,
      oldAgent: "new",
    },
  ] as const;
});

export const scenarios: readonly Scenario[] = [
  ...present,
  ...(OldAgent === undefined ? [] : twoVersions),
  ...leftNames.map((name) => left(name, "left")),
  left("reduced", "week"),
  left("second", "week"),
];

/** Throws on a name that is none. */
export function scenarioOf(name: string): Scenario {
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario !== undefined) return scenario;
  const names = scenarios.map((one) => one.name).join(", ");
  throw new Error(`no life is called "${name}": expected one of ${names}`);
}
