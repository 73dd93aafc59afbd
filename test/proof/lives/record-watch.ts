// The agent's records in a life: what is written to the store goes into the ledger, and what is
// found there after a cut is held against it.

import type { FlashPartition } from "../../../src/ports/flash.js";
import type { OpenStore } from "../../../src/ports/key-value.js";
import type { Firmware } from "./images.js";
import { including, targetOf } from "./ledger.js";
import type { Life } from "./life.js";
import { watchStores } from "./watched-store.js";

export class RecordWatch {
  readonly #life: Life;

  constructor(life: Life) {
    this.#life = life;
  }

  /** Mounts the store, and judges what is in it; `onMounted` is called in between. */
  open(partition: FlashPartition, onMounted: () => void): OpenStore {
    const life = this.#life;
    const { ledger, rig } = life;
    ledger.atRisk = new Set([...ledger.atRisk, ...rig.store.keysAtRisk(partition)]);
    const { stores, content } = rig.store.mount(partition);
    onMounted();
    for (const key of ledger.atRisk) {
      if (content.has(key)) continue;
      ledger.losses += 1;
      this.#settle(key, undefined);
    }
    ledger.atRisk = new Set();
    this.#judge(content);
    return watchStores(stores, {
      onBegin: (key, value) => {
        if (life.isOff) return; // A program that has not noticed yet.
        this.#onBegin(key, value);
      },
      onDone: (key, value) => {
        this.#onDone(key, value);
      },
      onRefused: () => {
        if (!life.isOff) life.ledger.inFlight = undefined;
      },
    });
  }

  /** The rejection is on record, and not only that a download came out wrong. */
  isRejected({ sha256 }: Firmware): boolean {
    const lines = this.#life.ledger.promised.get("rejected")?.split("\n") ?? [];
    return lines.some((line) => line.includes(sha256) && !/&bad=/.test(line));
  }

  /** The image that was armed has not been tried before. */
  get isFirstTrial(): boolean {
    return /&trials=1(&|$)/.test(this.#life.ledger.promised.get("armed") ?? "");
  }

  /** What is on record as the cause of the rejection; undefined: it is not rejected. */
  causeOf({ sha256 }: Firmware): string | undefined {
    const lines = this.#life.ledger.promised.get("rejected")?.split("\n") ?? [];
    const line = lines.find((one) => one.includes(sha256) && !/&bad=/.test(one));
    return line && (new URLSearchParams(line).get("reason") ?? "");
  }

  /** The old image runs, although a new one was tried, and nothing has been decided about it. */
  get isTrialOpen(): boolean {
    const { running, rig, ledger } = this.#life;
    if (running === undefined || !rig.isOriginal(running)) return false;
    const armed = ledger.promised.get("armed") ?? "";
    return /trials=[1-9]/.test(armed) && !this.isRejected(rig.scenario.release);
  }

  #onBegin(key: string, value: string | undefined): void {
    const { ledger, watch } = this.#life;
    const isKeyDeleted = key === "cik" && value === undefined;
    watch.demand("key kept", !isKeyDeleted, () => "it is deleted");
    ledger.inFlight = { key, value };
    const digest = key === "armed" ? digestIn(value) : undefined;
    if (digest === undefined) return;
    ledger.verified = including(ledger.verified, digest);
    const isNew = !ledger.confirmed.has(digest);
    watch.demand("decision kept", isNew, () => "what was confirmed is tried again");
  }

  #onDone(key: string, value: string | undefined): void {
    const { ledger } = this.#life;
    this.#settle(key, value);
    ledger.target = targetOf(key, value) ?? ledger.target;
    if (key === "cik") ledger.isKeyAtRisk = false;
  }

  /** What is in flash against what was promised. What was in flight is now known. */
  #judge(content: ReadonlyMap<string, string>): void {
    const { ledger, watch } = this.#life;
    const { promised, inFlight } = ledger;
    let isAsPromised = true;
    let wrong = "";
    for (const key of new Set([...promised.keys(), ...content.keys()])) {
      const found = content.get(key);
      if (found === promised.get(key)) continue;
      if (inFlight?.key === key && found === inFlight.value) continue;
      isAsPromised = false;
      wrong = key;
    }
    watch.demand("records old or new", isAsPromised, () => `${wrong} is neither`);
    const cik = promised.get("cik");
    if (cik !== undefined) {
      const isNewer = inFlight?.key === "cik" && content.get("cik") === inFlight.value;
      watch.demand("key kept", isNewer || content.get("cik") === cik, () => "it is gone");
    }
    if (inFlight !== undefined) this.#settle(inFlight.key, content.get(inFlight.key));
  }

  #settle(key: string, value: string | undefined): void {
    const { ledger } = this.#life;
    if (ledger.inFlight?.key === key) ledger.inFlight = undefined;
    if (ledger.promised.get(key) === value) return;
    if (key === "confirmed" && value !== undefined) {
      ledger.confirmed = including(ledger.confirmed, digestIn(value) ?? "");
    }
    const promised = new Map(ledger.promised);
    if (value === undefined) promised.delete(key);
    else promised.set(key, value);
    ledger.promised = promised;
  }
}

function digestIn(record: string | undefined): string | undefined {
  return /digest=([0-9a-f]{64})/.exec(record ?? "")?.[1];
}
