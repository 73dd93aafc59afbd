// The controls: mutants of the agent and of the store, each with one thing done wrong that looks
// harmless while the power stays. Every one must be caught; a proof that passes a mutant proves
// nothing about what the mutant leaves out.

import { coarseGrain } from "../cuts/cut.js";
import type { Mutation } from "./mutant-loader.js";
import type { Plan } from "../plan.js";

export type Mutant = Mutation & {
  readonly name: string;
  /** What it does wrong. */
  readonly what: string;
  /** What is to catch it: lives, or files of tests. */
  readonly catchers: readonly Plan[] | readonly string[];
};

function singles(life: string, grain = coarseGrain): readonly Plan[] {
  return [{ life, store: "own", kind: "singles", grain, shares: 1 }];
}

const hostileServer = ["test/life/hostile-server.test.js"];

export const mutants: readonly Mutant[] = [
  {
    name: "skips the re-hash",
    what: "an image is taken for right without a look at its digest",
    file: "src/agent/update/slot-check.js",
    find: "return digest === this.#expected.digest",
    replace: 'return digest !== ""',
    catchers: singles("corrupt"),
  },
  {
    name: "writes the active sector",
    what: "the switch rewrites the running slot's boot entry instead of the other one",
    file: "src/flash/otadata-writer.js",
    find: "this.#replace(other, entry, sequence, otaState.new);",
    replace: "this.#replace(own, entry, sequence, otaState.new);",
    catchers: singles("crash-again"),
  },
  {
    name: "erases before it strikes",
    what: "a boot entry is erased without being made invalid first",
    file: "src/flash/otadata-writer.js",
    find: "if (isPresent(entry)) {",
    replace: "if (sector < 0) {",
    catchers: ["test/flash/otadata-writer.test.js"],
  },
  {
    name: "erases before it writes",
    what: "the store erases a value before the new one is there",
    file: "src/formats/nvs/nvs.js",
    find: 'const item = value.type === "blob"',
    replace:
      "if (old !== undefined) this.#eraseAllBut(undefined, name);\n" +
      'const item = value.type === "blob"',
    catchers: singles("reduced"),
  },
  {
    name: "sets the bits first",
    what: "the store marks an item as written before it is",
    file: "src/formats/nvs/nvs-page.js",
    find: "this.#flash.programEntries(this.sector, this.#nextFree, bytes);",
    replace:
      "this.#mark(this.#nextFree, this.#nextFree + count, written);\n" +
      "this.#flash.programEntries(this.sector, this.#nextFree, bytes);",
    catchers: ["test/formats/nvs/nvs-power-cut.test.js"],
  },
  {
    name: "takes torn for whole",
    what: "the store gives up an old item for a new one whose payload is not whole",
    file: "src/formats/nvs/nvs-page.js",
    find: "if (!this.isIntact(index)) {",
    replace: "if (index < 0) {",
    catchers: ["test/formats/nvs/nvs-random-cut.test.js"],
  },
  {
    name: "trusts a blank sector",
    what: "the store begins a page in a sector that may be one of an erase cut short",
    file: "src/formats/nvs/nvs-pages.js",
    find: "if (!free.isErased)",
    replace: "if (free.sector < 0)",
    catchers: singles("worn"),
  },
  {
    name: "trusts blank payload",
    what: "a sector of the slot that reads as blank is not erased",
    file: "src/agent/update/slot-writer.js",
    find: "this.#partition.eraseBlock(Math.floor(this.#offsetBytes / sectorBytes));",
    replace:
      "const probe = new Uint8Array(1);\n" +
      "this.#partition.read(probe, this.#offsetBytes);\n" +
      "if (probe[0] !== 0xff)" +
      " this.#partition.eraseBlock(Math.floor(this.#offsetBytes / sectorBytes));",
    catchers: singles("reduced"),
  },
  {
    name: "drops the progress check",
    what: "sectors on record are taken for whole without being read back",
    file: "src/agent/update/prefix-check.js",
    find: "if (equalBytes(claim.digest, this.#reached.digest))",
    replace: "if (claim.digest.length === this.#reached.digest.length)",
    catchers: singles("decayed"),
  },
  {
    name: "records ahead",
    what: "a sector is on record before it is in flash",
    file: "src/agent/update/slot-writer.js",
    find: "this.#digest = digest;",
    replace:
      "this.#digest = digest;\n" +
      "this.#onSector(Math.floor(this.#offsetBytes / sectorBytes) + 1, this.#chain);",
    catchers: singles("reduced"),
  },
  {
    name: "mixes releases",
    what: "what is on record of one release counts for another",
    file: "src/agent/update/progress.js",
    find: "if (targetCrc !== this.#targetCrc || ",
    replace: "if (",
    catchers: singles("replaced"),
  },
  {
    name: "confirms before contact",
    what: "a new image is confirmed as soon as it runs",
    file: "src/agent/slots/trial-run.js",
    find: "this.#isOn = true;",
    replace: "this.#slots.confirm();\nreturn;",
    catchers: singles("silent"),
  },
  {
    name: "never ends a trial",
    what: "a new image that reaches nobody is left on trial",
    file: "src/agent/slots/trial-run.js",
    find: "}, this.#options.trialMs);",
    replace: "}, 2_000_000_000);",
    catchers: singles("silent"),
  },
  {
    name: "blames a cut on the image",
    what: "a trial that a power cut has ended counts as a crash",
    file: "src/agent/slots/trial.js",
    find: 'case "power-on":',
    replace: 'case "power-on":\nreturn { kind: "reject", reason: "crashed" };',
    catchers: singles("reduced"),
  },
  {
    name: "does not heal",
    what: "a confirmed image whose boot entry a cut has taken is forgotten",
    file: "src/agent/slots/trial.js",
    find: 'return { kind: "heal" };',
    replace: 'return { kind: "ordinary" };',
    catchers: singles("reduced"),
  },
  {
    name: "forgets before it rejects",
    what: "the slot of a bad image is given up before its rejection is on record",
    file: "src/agent/slots/slots.js",
    find: "const isRecorded = armed === undefined ||",
    replace: "this.finishRejection();\nconst isRecorded = armed === undefined ||",
    catchers: singles("crash"),
  },
  {
    name: "leaves the bad image",
    what: "a rejected image stays in its slot, for a boot loader that falls back",
    file: "src/agent/slots/slots.js",
    find: "slot.eraseBlock(0);",
    replace: "slot.status();",
    catchers: singles("crash"),
  },
  {
    name: "leaves a judgement half done",
    what: "a wrong image stays in its slot if a cut comes between the verdict and the wipe",
    file: "src/agent/slots/trial-run.js",
    find: "if (this.#slots.isDownloadJudged)",
    replace: "if (this.#rearms)",
    catchers: singles("corrupt"),
  },
  {
    name: "keeps the key in memory",
    what: "the key is stored at the next pause, not when it comes",
    file: "src/agent/device-key.js",
    find: "this.#isUnsaved = true;\n        this.save();",
    replace: "this.#isUnsaved = true;",
    catchers: singles("reduced"),
  },
  {
    name: "throws the old key away",
    what: "a key that is refused is deleted before there is a new one",
    file: "src/agent/slots/records.js",
    find: 'const wasOpen = this.#read("asked") === "cik";',
    replace: 'this.#store.delete("cik");\nconst wasOpen = this.#read("asked") === "cik";',
    catchers: singles("rekeyed"),
  },
  {
    name: "trusts Content-Length",
    what: "a range is taken for whole although its body was shorter",
    file: "src/agent/update/range-plan.js",
    find: "if (this.#receivedBytes !== this.#answerEnd)",
    replace: "this.#receivedBytes = this.#answerEnd ?? 0;\nif (this.#answerEnd === undefined)",
    catchers: ["test/agent/update/range-plan.test.js"],
  },
  {
    name: "takes 200 for 206",
    what: "the whole content is taken for the range that was asked for",
    file: "src/agent/update/range-plan.js",
    find: 'return spanBytes === this.sizeBytes && lengthFits ? undefined : "range-ignored";',
    replace: "return undefined;",
    catchers: hostileServer,
  },
];
