// Fetches one release into the idle slot: finds out how much of it a former boot left there, keeps
// several ranges in flight, hands what comes to flash, records progress per sector. It survives
// lost connections by itself, a bounded number of times without a byte in between; the rest it
// reports.
//
// Nothing is erased before the first 288 bytes have told that this image is for this chip and this
// product. A cut costs what of one sector had come, nothing else (slot-writer.ts, progress.ts).

import type { ResponseHead } from "../../http/head-parser.js";
import type { HttpRequest } from "../../http/request-writer.js";
import { sectorBytes, type FlashPartition } from "../../ports/flash.js";
import type { Platform } from "../../ports/platform.js";
import type { ReleaseIdentity } from "../../protocol/release.js";
import type { Connection } from "../connection.js";
import { problemOfFailure, problemOfHead, type ContactProblem } from "../contact.js";
import type { Exchange } from "../exchange.js";
import type { CompleteOptions } from "../options.js";
import { rangeRequests } from "../requests.js";
import { tryRecord } from "../slots/records.js";
import { flashFault } from "../slots/flash-fault.js";
import type { Slots } from "../slots/slots.js";
import type { Visit } from "../visit.js";
import { DownloadTries } from "./download-tries.js";
import { HeadGate, type HeadRefusal } from "./head-gate.js";
import { emptyClaim, PrefixCheck } from "./prefix-check.js";
import type { ProgressClaim, ProgressStore } from "./progress.js";
import { RangePlan, rangeProblemSentences, type ByteSpan } from "./range-plan.js";
import { SlotWriter } from "./slot-writer.js";

export type DownloadOutcome =
  | { readonly kind: "downloaded" }
  | HeadRefusal
  /** The service answers, but again and again not with this content. */
  | { readonly kind: "undelivered"; readonly problem: ContactProblem }
  | ContactProblem;

/** What a download needs to know of the slots. */
export type DownloadSlots = Pick<Slots, "beginDownload" | "openIdle" | "openProgress" | "running">;

/** What a download needs to know of the product's options. */
export type DownloadOptions = Pick<
  CompleteOptions,
  "allowOlder" | "chunkBytes" | "hooks" | "observer"
>;

export interface DownloadListener {
  /** A sector more is in flash. */
  onSector(): void;
  onDone(outcome: DownloadOutcome): void;
}

export class Download {
  readonly #platform: Platform;
  readonly #options: DownloadOptions;
  readonly #slots: DownloadSlots;
  readonly #connection: Connection;
  readonly #release: ReleaseIdentity;
  readonly #listener: DownloadListener;
  readonly #slot: FlashPartition;
  /** Opened in the first turn of its own, before anything else needs it. */
  #progress!: ProgressStore;
  readonly #rangeRequest: (span: ByteSpan) => HttpRequest;
  #prefixCheck: PrefixCheck | undefined;
  #plan: RangePlan;
  /** For the first 288 bytes, until they are accepted; then the writer takes over. */
  #gate: HeadGate | undefined;
  #writer: SlotWriter | undefined;
  /** Takes the answers of this attempt; what comes for an earlier one is let go. */
  #receiver: Omit<Exchange, "request">;
  /** Ranges asked for in this attempt and not answered to their end. */
  #inFlight = 0;
  #attempt = 0;
  readonly #tries: DownloadTries;
  #finished = false;

  constructor(
    platform: Platform,
    options: DownloadOptions,
    slots: DownloadSlots,
    { identity, cik, connection }: Visit,
    release: ReleaseIdentity,
    listener: DownloadListener,
  ) {
    this.#platform = platform;
    this.#tries = new DownloadTries(platform);
    this.#options = options;
    this.#slots = slots;
    this.#connection = connection;
    this.#release = release;
    this.#listener = listener;
    this.#slot = slots.openIdle();
    this.#rangeRequest = rangeRequests(identity, cik, release.id);
    this.#plan = new RangePlan(release.sizeBytes, options.chunkBytes, 0);
    this.#receiver = this.#openReceiver();
    this.#prefixCheck = new PrefixCheck(
      platform.timer,
      this.#slot,
      platform.openDigest,
      release.sizeBytes,
      () => this.#openProgress(),
      (claim) => {
        this.#begin(claim);
      },
      (error) => {
        this.#finish({ kind: "failed", reason: flashFault(error) });
      },
    );
  }

  /** Ends the download, if it has not ended, and closes the slot: to be called once. */
  cancel(): void {
    this.#end();
    this.#slot.close();
  }

  #end(): void {
    this.#finished = true;
    this.#prefixCheck?.cancel();
    this.#tries.cancel();
  }

  /** Its records are read here, not in the turn that brought the release's row: stack is scarce. */
  #openProgress(): ProgressClaim[] {
    this.#progress = this.#slots.openProgress(this.#release);
    return this.#progress.read();
  }

  #begin(claim: ProgressClaim): void {
    this.#prefixCheck = undefined;
    const { sizeBytes } = this.#release;
    const startBytes = Math.min(claim.sectors * sectorBytes, sizeBytes);
    this.#plan = new RangePlan(sizeBytes, this.#options.chunkBytes, startBytes);
    if (claim.sectors > 0) this.#writer = this.#openWriter(claim);
    else this.#gate = new HeadGate(this.#release, this.#slots.running, this.#options);
    this.#reportProgress(startBytes);
    this.#goOn();
  }

  #openWriter(start: ProgressClaim): SlotWriter {
    const { openDigest, log } = this.#platform;
    const { sizeBytes } = this.#release;
    return new SlotWriter(this.#slot, openDigest, sizeBytes, start, (sectors, digest) => {
      // A store that is full costs a resume, not the update.
      tryRecord(log, "progress", () => {
        this.#progress.write(sectors, digest);
      });
      this.#listener.onSector();
    });
  }

  /** Asks for what is missing, or ends. After a lost answer nothing may be missing but its end. */
  #goOn(): void {
    if (!this.#plan.done) this.#pump();
    else if (this.#writer === undefined) {
      this.#finish({ kind: "rejected", reason: "too short to be an image" });
    } else this.#finish({ kind: "downloaded" });
  }

  /** Keeps the connection supplied with ranges. */
  #pump(): void {
    while (!this.#finished && this.#connection.room > 0) {
      // After a failure one range at a time asks whether things are well again.
      if (this.#tries.hasFailed && this.#inFlight > 0) return;
      const span = this.#plan.takeRange();
      if (span === undefined) return;
      this.#inFlight += 1;
      this.#connection.send({ request: this.#rangeRequest(span), ...this.#receiver });
    }
  }

  /** One for all ranges of an attempt: answers come in the order of the requests. */
  #openReceiver(): Omit<Exchange, "request"> {
    const attempt = this.#attempt;
    const isCurrent = (): boolean => !this.#finished && attempt === this.#attempt;
    return {
      pipelined: true,
      onHead: (head) => {
        if (isCurrent()) this.#takeResponseHead(head);
      },
      onBody: (bytes) => {
        if (isCurrent()) this.#takeBody(bytes);
      },
      onEnd: () => {
        if (isCurrent()) this.#endRange();
      },
      onFailure: (failure) => {
        if (isCurrent()) this.#retry(problemOfFailure(failure), false);
      },
    };
  }

  #takeResponseHead(head: ResponseHead): void {
    const problem = problemOfHead(head);
    if (problem !== undefined) this.#stumble(problem, head.status === 429 || head.status === 503);
    else this.#check(this.#plan.openAnswer(head));
  }

  #takeBody(bytes: Uint8Array): void {
    if (!this.#check(this.#plan.receive(bytes.length))) return;
    this.#tries.noteBytes(bytes.length);
    // Counted before it is written: a power cut within the write does not undo the reading.
    this.#options.observer.fetched?.(bytes.length);
    if (this.#finished) return; // The product called it off.
    if (this.#gate !== undefined) this.#passGate(this.#gate, bytes);
    else if (this.#writer !== undefined) this.#write(this.#writer, bytes);
  }

  #endRange(): void {
    if (!this.#check(this.#plan.closeAnswer())) return;
    const refusal = this.#gate?.refusal;
    if (refusal !== undefined) {
      this.#refuse(refusal);
      return;
    }
    this.#inFlight -= 1;
    this.#reportProgress(this.#writer?.offsetBytes ?? 0);
    this.#goOn();
  }

  #reportProgress(doneBytes: number): void {
    this.#options.observer.progress?.(doneBytes, this.#release.sizeBytes);
  }

  /** Once the head is accepted, all that came goes to flash. */
  #passGate(gate: HeadGate, bytes: Uint8Array): void {
    const taken = gate.take(bytes);
    const head = gate.accepted;
    // The product may have called it off.
    if (this.#finished || head === undefined) return;
    try {
      this.#slots.beginDownload(this.#progress);
    } catch (error) {
      this.#failFlash(error);
      return;
    }
    const writer = this.#openWriter(emptyClaim());
    this.#writer = writer;
    this.#gate = undefined;
    this.#write(writer, head);
    if (taken < bytes.length) this.#write(writer, bytes.subarray(taken));
  }

  #write(writer: SlotWriter, bytes: Uint8Array): void {
    if (this.#finished) return;
    try {
      writer.write(bytes);
    } catch (error) {
      this.#failFlash(error);
    }
  }

  /** A worn sector is no better at once: the sectors before it stay, the rest is for later. */
  #failFlash(error: unknown): void {
    this.#refuse({ kind: "failed", reason: flashFault(error) });
  }

  /** Ends the download while ranges are still on their way. */
  #refuse(outcome: DownloadOutcome): void {
    this.#connection.close();
    this.#finish(outcome);
  }

  /** True if the answer is the one that was asked for. */
  #check(problem: keyof typeof rangeProblemSentences | undefined): boolean {
    if (problem === undefined) return true;
    const kind = problem === "total-changed" ? "changed" : "failed";
    this.#stumble({ kind, reason: rangeProblemSentences[problem] });
    return false;
  }

  /** An answer that is not what was asked for: the connection goes, at most one chunk is lost. */
  #stumble(problem: ContactProblem, isBusy = false): void {
    this.#connection.abandon();
    if (problem.kind === "failed") this.#retry(problem, !isBusy);
    else if (problem.kind === "refused") this.#finish({ kind: "undelivered", problem });
    else this.#finish(problem);
  }

  /** @param isAnswered the service answered, and with something else than this content */
  #retry(problem: ContactProblem, isAnswered: boolean): void {
    if (this.#gate?.refusal !== undefined) {
      // It was made from an answer that did not come whole: the head is asked for again.
      this.#gate.reset();
      this.#plan = new RangePlan(this.#release.sizeBytes, this.#options.chunkBytes, 0);
    }
    this.#attempt += 1;
    this.#receiver = this.#openReceiver();
    this.#inFlight = 0;
    this.#plan.rewind();
    const askedMs = problem.kind === "failed" ? (problem.retryAfterMs ?? 0) : 0;
    if (this.#tries.again(askedMs, () => this.#goOn())) return;
    this.#finish(isAnswered ? { kind: "undelivered", problem } : problem);
  }

  #finish(outcome: DownloadOutcome): void {
    if (this.#finished) return;
    this.#end();
    this.#listener.onDone(outcome);
  }
}
