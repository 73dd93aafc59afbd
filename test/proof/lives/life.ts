// One life of one device, from a moment to its end: flash, boot loader, agent, network, service.
// Power may fail in it, by a script; without one it lives on from what a cut has left. What must
// hold is looked at on the way (invariants.ts) and in the end (end-check.ts).

import { boot } from "../../../src/formats/boot/boot-loader.js";
import type { VirtualDevice } from "../../../hosts/node/virtual-device.js";
import { Agent } from "../../../src/agent/agent.js";
import type { AgentOptions } from "../../../src/agent/options.js";
import type { AgentStatus } from "../../../src/agent/status.js";
import type { FlashPartition } from "../../../src/ports/flash.js";
import type { OpenStore } from "../../../src/ports/key-value.js";
import type { Platform } from "../../../src/ports/platform.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { DeviceSite } from "../../support/device-site.js";
import { watchEntries } from "./entry-watch.js";
import type { Firmware } from "./images.js";
import { startNewImage } from "./new-image.js";
import { OldAgent } from "./old-agent.js";
import type { Watch } from "./invariants.js";
import { Absence } from "./absence.js";
import { afterCut, isArming, isGivenUp, promisedSectors, type Ledger } from "./ledger.js";
import { RecordWatch } from "./record-watch.js";
import type { Rig } from "./rig.js";
import type { Moment } from "./start.js";
import { Vendor } from "./vendor.js";

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

const pollIntervalMs = 10_000;
/** Virtual time and turns after which a life counts as stuck; each byte may take a turn more. */
const lifeMsMax = 12 * 3_600_000;
const turnsMax = 40_000;
/** Polls after which a rejected release counts as left alone. */
const quietPolls = 3;

/** What a chip is doing, as far as its agent's status does not say. */
type Where = "boot loader" | "mount" | "running";

export class Life extends DeviceSite {
  readonly rig: Rig;
  readonly watch: Watch;
  readonly vendor = new Vendor(this);
  readonly absence = new Absence(this);
  readonly records = new RecordWatch(this);
  readonly log: string[] = [];
  readonly ledger: Mutable<Ledger>;
  /** The image that runs. */
  running: Firmware | undefined;
  slot = -1;
  status: AgentStatus | undefined;
  where: Where = "boot loader";
  /** Turns of this life since the last boot. */
  turns = 0;
  ended = false;
  /** Things other than cuts that went wrong: what they cost is granted as for a cut. */
  mishaps = 0;
  /** The network has lost the answer to an activation. */
  isAnswerLost = false;
  /** It ended as a device that its store has made nameless. */
  isStranded = false;
  /** Hears what happens, for people. */
  trace: ((line: string) => void) | undefined;
  /** Called before each turn; true: the power fails now. */
  failsNow: (life: Life) => boolean = () => false;
  /** Called when the power has come back, before the boot. */
  onPowerOn: () => void = () => undefined;
  readonly #chip: VirtualDevice;
  #polls = 0;
  /** The next word of progress is the first of a download. */
  #begins = true;
  /** Those that pass while the service is away are not counted: time ends that. */
  #turnsLeft: number;
  #failsNext = false;
  #mustTell = false;
  #saidSinceBoot: string[] = [];

  /** Takes over the flash of `rig`, which must be as the life is to find it. */
  constructor(rig: Rig, watch: Watch, { service, ledger }: Omit<Moment, "flash">) {
    super(rig.flash);
    this.rig = rig;
    this.watch = watch;
    this.ledger = { ...ledger };
    this.#turnsLeft = turnsMax + rig.scenario.release.bytes.length;
    this.service.recall(service);
    this.#onLostPower();
    this.#chip = this.makeDevice({
      startBootLoader: (flash) => this.#startBootLoader(flash),
      startImage: (platform, options) => this.#startImage(platform, options),
      openStores: (partition) => this.#openStores(partition),
      log: (line) => {
        this.#onLog(line);
      },
      agent: this.#agentOptions(),
    });
  }

  /** Lives to the end, or until something does not hold. */
  run(): void {
    this.#guard(() => {
      this.#powerOn();
      return true;
    });
    while (!this.ended && this.watch.violation === undefined) {
      if (this.#failsNext || this.failsNow(this)) {
        this.#failsNext = false;
        this.#loseAndRegainPower();
        continue;
      }
      this.turns += 1;
      const isOver = !this.#guard(() => this.time.step(lifeMsMax + this.absence.durationMs));
      if (!this.absence.isAway) this.#turnsLeft -= 1;
      if (isOver || this.#turnsLeft < 0) {
        this.watch.demand("comes to an end", false, () => this.describe());
      }
    }
  }

  /** The power fails after this turn. */
  cutSoon(): void {
    this.#failsNext = true;
  }

  describe(): string {
    return `${this.status?.state ?? "no agent"}; last said: ${this.log.slice(-4).join(" | ")}`;
  }

  /** Runs a piece of the life. False if it returned false; a loss of power ends in a new boot. */
  #guard(live: () => boolean): boolean {
    let result = true;
    try {
      result = live();
    } catch (error) {
      if (!this.isOff) {
        this.watch.demand("no crash", false, () => `${String(error)}; ${this.describe()}`);
      }
    }
    if (this.isOff) this.#loseAndRegainPower();
    return result;
  }

  #loseAndRegainPower(): void {
    let isOn = false;
    while (!isOn && this.watch.violation === undefined) {
      Object.assign(this.ledger, afterCut(this.ledger));
      const onLost = (): void => {
        this.#onLostPower();
        this.onPowerOn();
      };
      try {
        this.regainPower(this.#chip, onLost, () => this.#powerOn());
      } catch (error) {
        this.watch.demand("no crash", false, () => String(error));
      }
      isOn = !this.isOff;
    }
  }

  #powerOn(): void {
    this.status = undefined;
    this.#chip.powerOn("power-on");
  }

  /** What a loss of power brings with it, in this scenario. */
  #onLostPower(): void {
    this.#decay();
    this.vendor.offer();
    const { leavesMs } = this.rig.scenario;
    if (leavesMs !== undefined && this.ledger.cuts > 0) this.absence.begin(leavesMs);
  }

  /** At the first cut, and only while a download is under way. */
  #decay(): void {
    if (this.rig.scenario.decays !== true || this.ledger.cuts !== 1) return;
    if (promisedSectors(this.ledger) > 0 && !isArming(this.ledger)) this.rig.decay(1);
  }

  #startBootLoader(flash: FlashPartition): { slot: number } {
    this.where = "boot loader";
    this.turns = 0;
    this.ledger.boots += 1;
    const report = boot(flash, { openDigest: openSha256 });
    const { booted } = report;
    this.watch.demand("bootable slot", booted !== undefined, () => report.problem ?? "");
    if (booted === undefined) throw new Error(report.problem);
    this.slot = booted.index;
    this.running = this.rig.firmwareIn(this.slot);
    this.#judgeRunning();
    return { slot: this.slot };
  }

  #judgeRunning(): void {
    const { running } = this;
    const isKnown =
      running !== undefined &&
      (this.rig.isOriginal(running) || this.ledger.verified.has(running.sha256));
    this.watch.demand("verified bytes only", isKnown, () => {
      const what = running === undefined ? "bytes of no image" : "an image that was not verified";
      return `slot ${this.slot} starts ${what}`;
    });
    const isRejected = running !== undefined && this.records.isRejected(running);
    this.watch.demand("rejected not started", !isRejected, () => `slot ${this.slot}`);
  }

  #openStores(partition: FlashPartition): OpenStore {
    this.where = "mount";
    const openStore = this.records.open(partition, () => {
      this.where = "running";
    });
    this.#saidSinceBoot = [];
    this.#mustTell = this.records.isTrialOpen;
    return openStore;
  }

  #startImage(platform: Platform, options: AgentOptions): Agent | undefined {
    const { behaviour, oldAgent } = this.rig.scenario;
    const isNew = this.running !== undefined && !this.rig.isOriginal(this.running);
    const start = (withPlatform: Platform, withOptions: AgentOptions): Agent => {
      this.#begins = true;
      const isOld = oldAgent === "both" || oldAgent === (isNew ? "new" : "old");
      const agent = new ((isOld ? OldAgent : undefined) ?? Agent)(
        watchEntries(this, withPlatform),
        withOptions,
      );
      agent.start();
      return agent;
    };
    if (!isNew) return start(platform, options);
    return startNewImage(behaviour, this.records.isFirstTrial, start, platform, options);
  }

  #agentOptions(): AgentOptions {
    return {
      chunkBytes: this.rig.scenario.chunkBytes,
      pollIntervalMs,
      observer: {
        status: (status) => {
          this.#onStatus(status);
        },
        fetched: (byteLength) => {
          this.#onFetched(byteLength);
        },
        requested: () => {
          this.ledger.requests += 1;
        },
        progress: (doneBytes) => {
          this.#onProgress(doneBytes);
        },
      },
    };
  }

  #onStatus(status: AgentStatus): void {
    if (this.isOff) return; // A program that has not noticed yet.
    this.status = status;
    if (status.state !== "identifying") this.#judgeDecided(status);
    this.ledger.isAsking = status.state === "activating";
    if (status.state === "refused") this.vendor.call(status);
    // The store has lost who the device is: only the factory can help, and is told so.
    this.isStranded = status.state === "unidentified" && this.ledger.losses > 0;
    if (this.isStranded) this.ended = status.waitsForHuman && status.reason !== "";
    if (status.state === "inspecting") this.#begins = true;
    if (status.state !== "idle" || status.trial) return;
    this.#polls += 1;
    const { ends, release } = this.rig.scenario;
    if (ends === "updated" && !this.isGivenUp) {
      this.ended = this.running?.version === release.version;
      const isLost = !this.ended && this.#polls >= quietPolls;
      this.watch.demand("update not lost", !isLost, () => this.describe());
    } else this.ended = this.records.isRejected(release) && this.#polls >= quietPolls;
  }

  /** The image that was to come is given up, with a reason that lets it off. */
  get isGivenUp(): boolean {
    return isGivenUp(this.ledger, this.absence.hasBegun);
  }

  /** What the boot has decided: a confirmation stands; what else became of a trial is told. */
  #judgeDecided(status: AgentStatus): void {
    const isConfirmed = this.ledger.confirmed.has(this.running?.sha256 ?? "");
    const isDoubted = status.trial && isConfirmed && this.ledger.losses === 0;
    this.watch.demand("confirmed for good", !isDoubted, () => this.describe());
    if (!this.#mustTell) return;
    this.#mustTell = false;
    const said = [...this.#saidSinceBoot, status.state].join("\n");
    const isTold = /trial was interrupted|release rejected|healing/.test(said);
    this.watch.demand("decision told", isTold, () => this.describe());
  }

  #onFetched(byteLength: number): void {
    const { release, replacement } = this.rig.scenario;
    this.ledger.fetchedBytes += byteLength;
    const isRejected = replacement === undefined && this.records.isRejected(release);
    this.watch.demand("rejected not fetched", !isRejected, () => this.describe());
  }

  #onProgress(doneBytes: number): void {
    if (!this.#begins) return;
    this.#begins = false;
    const { release, replacement, served, decays = false } = this.rig.scenario;
    // What is on record is of another, or of bytes that are wrong.
    if (replacement !== undefined || served !== undefined || decays) return;
    const promisedBytes = Math.min(promisedSectors(this.ledger) * 4096, release.bytes.length);
    this.watch.demand("progress kept", doneBytes >= promisedBytes, () => {
      return `${promisedBytes} bytes were on record, the download goes on from ${doneBytes}`;
    });
  }

  #onLog(line: string): void {
    this.log.push(line);
    this.#saidSinceBoot.push(line);
    this.trace?.(`    ${line}`);
    if (this.log.length > 40) this.log.shift();
    if (/could not be (recorded|stored)|no room|the flash fails/.test(line)) {
      this.watch.demand("flash takes writes", this.isOff, () => line);
    }
  }
}
