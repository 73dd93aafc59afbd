// One update, from the list of contents to a verified image in the idle slot. Each step is asked
// for by the life of the device and ends with one word; the release at hand is kept in between.

import type { FlashPartition } from "../../ports/flash.js";
import type { Platform } from "../../ports/platform.js";
import { retryDelayMsMax } from "../limits.js";
import { parseInfoRow, sameRelease, type ReleaseIdentity } from "../../protocol/release.js";
import { Choice } from "./choice.js";
import type { ContactProblem, Failure } from "../contact.js";
import { Download, type DownloadOutcome } from "./download.js";
import type { CompleteOptions } from "../options.js";
import { tryRecord, type Records } from "../slots/records.js";
import { infoRequest, listRequest } from "../requests.js";
import { isName } from "../../protocol/paths.js";
import { RowsExchange } from "../rows-exchange.js";
import { SlotCheck, type SlotCheckOutcome } from "./slot-check.js";
import { flashFault } from "../slots/flash-fault.js";
import type { Slots } from "../slots/slots.js";
import type { Visit } from "../visit.js";

export interface Cancellable {
  cancel(): void;
}

/** Nothing comes of this release for now, whatever the network is like; another may do. */
export interface PassedOver {
  readonly kind: "passed-over";
  readonly problem: ContactProblem;
}

export type VerifyOutcome = SlotCheckOutcome | PassedOver;

export type InspectOutcome =
  | { readonly kind: "suitable" }
  | { readonly kind: "unsuitable"; readonly reason: string }
  | PassedOver
  | ContactProblem;

export class Update {
  readonly #platform: Platform;
  readonly #options: CompleteOptions;
  readonly #records: Records;
  readonly #slots: Slots;
  #choice: Choice | undefined;
  /** The content being looked at. */
  #id: string | undefined;
  /** Its metadata, once they were found suitable. */
  #release: ReleaseIdentity | undefined;
  /** Rows of the list that are no content's id. */
  #badRows = 0;

  constructor(platform: Platform, options: CompleteOptions, records: Records, slots: Slots) {
    this.#platform = platform;
    this.#options = options;
    this.#records = records;
    this.#slots = slots;
  }

  /** Content id of the release at hand. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Reads the list (procedure 65) and keeps the best candidates; tells whether it was a list. */
  list(
    visit: Visit,
    onDone: (problem: ContactProblem | undefined, isTyped: boolean) => void,
  ): void {
    const { identity, cik, connection } = visit;
    const rule = this.#options.release ?? { kind: "newest", name: identity.model };
    const { version } = this.#slots.running.descriptor;
    const choice = new Choice(rule, version, this.#options.allowOlder);
    this.#choice = choice;
    this.#release = undefined;
    this.#badRows = 0;
    let ids = 0;
    const onRow = ([id]: readonly string[]): void => {
      if (id === undefined || (rule.kind === "newest" && !isName(id))) {
        this.#badRows += 1;
        return;
      }
      ids += 1;
      choice.offer(id);
    };
    connection.send(
      new RowsExchange(listRequest(identity, cik), onRow, ({ problem, isTyped, badRows }) => {
        this.#badRows += badRows;
        const isList = ids > 0 || this.#badRows === 0;
        onDone(problem ?? (isList ? undefined : unreadableList), isTyped);
      }),
    );
  }

  /** What is to be said of a list that offered nothing, or "". */
  get remark(): string {
    return this.#badRows === 0 ? "" : `${this.#badRows} rows of the list cannot be read`;
  }

  /** Goes on to the next best candidate; false if there is none. */
  takeCandidate(): boolean {
    this.#id = this.#choice?.take();
    return this.#id !== undefined;
  }

  /** Asks for the metadata of the candidate (procedure 67). */
  inspect(visit: Visit, onDone: (outcome: InspectOutcome) => void): void {
    const id = this.#id ?? "";
    this.#askInfo(visit, id, (fields, problem) => {
      if (problem?.kind === "changed") {
        onDone({ kind: "unsuitable", reason: `${id}: ${problem.reason}` });
      } else if (problem?.kind === "refused") onDone(passedOver(id, problem));
      else if (problem !== undefined) onDone(problem);
      else onDone(this.#judge(id, fields));
    });
  }

  /** Fetches the release into the idle slot; `onSector` is called for each that is in flash. */
  download(
    visit: Visit,
    onSector: () => void,
    onDone: (outcome: Exclude<DownloadOutcome, { kind: "undelivered" }> | PassedOver) => void,
  ): Cancellable {
    const release = this.#current();
    return new Download(this.#platform, this.#options, this.#slots, visit, release, {
      onSector,
      onDone: (outcome) => {
        if (outcome.kind === "undelivered") onDone(passedOver(release.id, outcome.problem));
        else if (outcome.kind === "rejected") {
          const chance = this.#chanceAfter(release, outcome.reason);
          this.#slots.forgetTarget();
          onDone(chance ?? outcome);
        } else onDone(outcome);
      },
    });
  }

  /**
   * Reads the idle slot back. That an image is wrong is on record before it is wiped: after a cut
   * in between the next boot does the rest. It fails as long as the release may be fetched again.
   */
  verify(onDone: (outcome: VerifyOutcome) => void): Cancellable {
    const release = this.#current();
    return this.checkIdle(release.sizeBytes, release.sha256, (outcome) => {
      if (outcome.kind !== "wrong") {
        onDone(outcome);
        return;
      }
      const chance = this.#chanceAfter(release, outcome.reason);
      try {
        this.#slots.giveUpDownload();
      } catch (error) {
        onDone({ kind: "failed", reason: flashFault(error) });
        return;
      }
      onDone(chance ?? outcome);
    });
  }

  /** Another download, after a long pause, unless it was the last one allowed. */
  #chanceAfter(release: ReleaseIdentity, reason: string): PassedOver | undefined {
    if (this.#slots.rejectDownload(release, reason)) return undefined;
    const again = `${release.id} came out wrong and will be fetched again: ${reason}`;
    const problem: Failure = { kind: "failed", reason: again, retryAfterMs: retryDelayMsMax };
    return { kind: "passed-over", problem };
  }

  /** Reads any image in the idle slot back. */
  checkIdle(
    sizeBytes: number,
    digest: string | undefined,
    onDone: (outcome: SlotCheckOutcome) => void,
  ): Cancellable {
    const slot = this.#slots.openIdle();
    const chip = { chipId: this.#slots.running.header.chipId };
    return closing(new SlotCheck(this.#platform, slot, { sizeBytes, digest, chip }, onDone), slot);
  }

  /** Takes up a release that was armed in a former boot, to be rechecked. */
  resume(release: ReleaseIdentity): void {
    this.#id = release.id;
    this.#release = release;
  }

  /** Asks for the metadata once more; if they are what they were, the release is armed. */
  recheck(
    visit: Visit,
    digest: string,
    onDone: (problem: ContactProblem | undefined) => void,
  ): void {
    const release = this.#current();
    this.#askInfo(visit, release.id, (fields, problem) => {
      if (problem !== undefined) {
        onDone(problem);
        return;
      }
      const parsed = parseInfoRow(release.id, fields);
      if (isUnreadable(parsed)) {
        onDone(unreadableInfo(release.id));
        return;
      }
      if (!("release" in parsed) || !sameRelease(parsed.release, release)) {
        onDone({ kind: "changed", reason: `${release.id} was replaced meanwhile` });
        return;
      }
      const armed = tryRecord(this.#platform.log, "the verified release", () => {
        this.#slots.arm(release, digest);
      });
      onDone(armed ? undefined : { kind: "failed", reason: "no room in flash to record it" });
    });
  }

  #current(): ReleaseIdentity {
    if (this.#release === undefined) throw new Error("no release at hand");
    return this.#release;
  }

  #askInfo(
    { identity, cik, connection }: Visit,
    id: string,
    onDone: (fields: readonly string[], problem: ContactProblem | undefined) => void,
  ): void {
    let row: readonly string[] = [];
    connection.send(
      new RowsExchange(
        infoRequest(identity, cik, id),
        (fields) => {
          row = fields;
        },
        ({ problem }) => {
          onDone(row, problem);
        },
      ),
    );
  }

  #judge(id: string, fields: readonly string[]): InspectOutcome {
    const parsed = parseInfoRow(id, fields);
    if (isUnreadable(parsed)) return { kind: "passed-over", problem: unreadableInfo(id) };
    if (!("release" in parsed)) {
      return { kind: "unsuitable", reason: `${id}: its info is malformed (${parsed.problem})` };
    }
    const { release } = parsed;
    const rejection = this.#records.rejection(release);
    const reason =
      rejection === undefined
        ? (this.#choice?.judge(release) ?? this.#refuseSize(release))
        : `rejected before: ${rejection}`;
    if (reason !== undefined) return { kind: "unsuitable", reason: `${id}: ${reason}` };
    const hasRoom = tryRecord(this.#platform.log, "an update", () => {
      this.#records.reserveUpdate(release);
    });
    if (!hasRoom)
      return { kind: "failed", reason: "no room in flash for the records of an update" };
    this.#release = release;
    return { kind: "suitable" };
  }

  #refuseSize({ sizeBytes }: ReleaseIdentity): string | undefined {
    const slot = this.#slots.openIdle();
    const slotBytes = slot.status().size;
    slot.close();
    if (sizeBytes <= slotBytes) return undefined;
    return `its ${sizeBytes} bytes do not fit the slot of ${slotBytes}`;
  }
}

/** Rows that nobody could read are not the service's. */
const unreadableList: Failure = Object.freeze({
  kind: "failed",
  reason: "no row of the list can be read: is this the service?",
});

/** An answer that is not one row of the right columns is not the service's. */
function isUnreadable(parsed: ReturnType<typeof parseInfoRow>): boolean {
  return "problem" in parsed && parsed.problem === "column-count";
}

function unreadableInfo(id: string): Failure {
  return { kind: "failed", reason: `${id}: its info is malformed (column-count)` };
}

function passedOver(id: string, problem: ContactProblem): PassedOver {
  return { kind: "passed-over", problem: { ...problem, reason: `${id}: ${problem.reason}` } };
}

/** `work`, which closes `slot` when it is cancelled. The life of the device always cancels. */
function closing(work: Cancellable, slot: FlashPartition): Cancellable {
  return {
    cancel: () => {
      work.cancel();
      slot.close();
    },
  };
}
