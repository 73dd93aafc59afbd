// Fetches one release into the idle slot: finds out how much of it a former boot left there, keeps
// several ranges in flight, hands what comes to flash, records progress per sector. It survives
// lost connections by itself, a bounded number of times without a byte in between; the rest it
// reports.
//
// Nothing is erased before the first 288 bytes have told that this image is for this chip and this
// product. A cut costs what of one sector had come, nothing else (slot-writer.ts, progress.ts).

import { AppImageError } from "../../flash/app-image-error.js";
import {
  type AppImageHead,
  AppImageHeadReader,
  imageHeadBytes,
} from "../../flash/app-image-head.js";
import type { HttpRequest } from "../../http/request-writer.js";
import type { ResponseHead } from "../../http/head-parser.js";
import { type FlashPartition, sectorBytes } from "../../ports/flash.js";
import type { Platform } from "../../ports/platform.js";
import type { TimerHandle } from "../../ports/timer.js";
import {
  chunkBytesMin,
  downloadTriesMax,
  rangeRetryDelayMsMin,
  retryDelayMsMax,
} from "../limits.js";
import { retryDelayMs } from "../back-off.js";
import type { Connection } from "../connection.js";
import { problemOfFailure, problemOfHead, type ContactProblem } from "../contact.js";
import type { ConnectionFailure } from "../exchange.js";
import { emptyClaim, PrefixCheck } from "./prefix-check.js";
import type { ProgressClaim, ProgressStore } from "./progress.js";
import { RangeExchange, type RangeReceiver } from "./range-exchange.js";
import {
  RangePlan,
  rangeProblemSentences,
  type ByteSpan,
  type RangeProblem,
} from "./range-plan.js";
import { SlotWriter } from "./slot-writer.js";
import { flashFault } from "../slots/slots.js";

export type DownloadOutcome =
  | { readonly kind: "downloaded" }
  /** The image itself says that it is not for this device. */
  | { readonly kind: "rejected"; readonly reason: string }
  | ContactProblem;

export interface DownloadWork {
  readonly platform: Platform;
  readonly connection: Connection;
  readonly slot: FlashPartition;
  readonly sizeBytes: number;
  readonly chunkBytes: number;
  readonly progress: ProgressStore;
  rangeRequest(span: ByteSpan): HttpRequest;
  /** Why this image is not for this device, or undefined. May throw: it asks the product. */
  refuseHead(head: AppImageHead): string | undefined;
  /** Called before the first erase of a download that starts at the beginning. */
  prepareSlot(): void;
  /** `sectors` sectors are in flash, with this chained digest. */
  recordSector(sectors: number, digest: Uint8Array): void;
  /** Body bytes just read from the network. */
  onFetched(byteLength: number): void;
  /** Bytes of the release that are in flash. */
  onProgress(doneBytes: number): void;
  onDone(outcome: DownloadOutcome): void;
}

export class Download implements RangeReceiver {
  readonly #work: DownloadWork;
  #prefixCheck: PrefixCheck | undefined;
  #plan: RangePlan;
  /** Gathers the first 288 bytes until they are accepted; then the writer takes over. */
  #head: { readonly bytes: Uint8Array; readonly reader: AppImageHeadReader } | undefined;
  #writer: SlotWriter | undefined;
  /** Ranges asked for in this attempt and not answered to their end. */
  #inFlight = 0;
  #attempt = 0;
  #tries = 0;
  /** Body bytes since the last failure. */
  #bytesSince = 0;
  #retryTimer: TimerHandle | undefined;
  #finished = false;

  constructor(work: DownloadWork) {
    this.#work = work;
    this.#plan = new RangePlan(work.sizeBytes, work.chunkBytes, 0);
    const { platform, slot, sizeBytes, progress } = work;
    const claims = progress.read();
    this.#prefixCheck = new PrefixCheck(
      platform.timer,
      slot,
      platform.openDigest,
      sizeBytes,
      claims,
      (claim) => {
        this.#begin(claim);
      },
    );
  }

  cancel(): void {
    this.#finished = true;
    this.#prefixCheck?.cancel();
    if (this.#retryTimer !== undefined) this.#work.platform.timer.clear(this.#retryTimer);
  }

  #begin(claim: ProgressClaim): void {
    this.#prefixCheck = undefined;
    const startBytes = Math.min(claim.sectors * sectorBytes, this.#work.sizeBytes);
    this.#plan = new RangePlan(this.#work.sizeBytes, this.#work.chunkBytes, startBytes);
    if (claim.sectors > 0) this.#writer = this.#openWriter(claim);
    else this.#head = { bytes: new Uint8Array(imageHeadBytes), reader: new AppImageHeadReader() };
    this.#work.onProgress(startBytes);
    this.#goOn();
  }

  #openWriter(start: ProgressClaim): SlotWriter {
    const { slot, platform, sizeBytes } = this.#work;
    return new SlotWriter(slot, platform.openDigest, sizeBytes, start, (sectors, digest) => {
      this.#work.recordSector(sectors, digest);
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
    const { connection } = this.#work;
    while (!this.#finished && connection.room > 0) {
      // After a failure one range at a time asks whether things are well again.
      if (this.#tries > 0 && this.#inFlight > 0) return;
      const span = this.#plan.takeRange();
      if (span === undefined) return;
      this.#inFlight += 1;
      const request = this.#work.rangeRequest(span);
      connection.send(new RangeExchange(request, span, this.#attempt, this));
    }
  }

  onRangeHead(exchange: RangeExchange, head: ResponseHead): void {
    if (this.#isStale(exchange)) return;
    const problem = this.#plan.openAnswer(exchange.span, head);
    if (problem !== undefined) this.#stumble(problem, head);
  }

  onRangeBody(exchange: RangeExchange, bytes: Uint8Array): void {
    if (this.#isStale(exchange)) return;
    const problem = this.#plan.receive(bytes.length);
    if (problem !== undefined) {
      this.#stumble(problem);
      return;
    }
    this.#bytesSince += bytes.length;
    if (this.#bytesSince >= chunkBytesMin) this.#tries = 0;
    // Counted before it is written: a power cut within the write does not undo the reading.
    this.#work.onFetched(bytes.length);
    if (this.#finished) return; // The product called it off.
    if (this.#writer === undefined) this.#takeHead(bytes);
    else this.#write(this.#writer, bytes);
  }

  onRangeEnd(exchange: RangeExchange): void {
    if (this.#isStale(exchange)) return;
    const problem = this.#plan.closeAnswer();
    if (problem !== undefined) {
      this.#stumble(problem);
      return;
    }
    this.#inFlight -= 1;
    this.#work.onProgress(this.#writer?.offsetBytes ?? 0);
    this.#goOn();
  }

  onRangeFailure(exchange: RangeExchange, failure: ConnectionFailure): void {
    if (!this.#isStale(exchange)) this.#retry(problemOfFailure(failure));
  }

  #isStale(exchange: RangeExchange): boolean {
    return this.#finished || exchange.attempt !== this.#attempt;
  }

  /** Gathers the head of the image; once it is accepted, all that came goes to flash. */
  #takeHead(bytes: Uint8Array): void {
    const head = this.#head;
    if (head === undefined) return;
    const gathered = this.#plan.receivedBytes - bytes.length;
    const taken = Math.min(bytes.length, imageHeadBytes - gathered);
    const part = bytes.subarray(0, taken);
    head.bytes.set(part, gathered);
    const refusal = this.#refusal(head.reader, part);
    if (refusal !== undefined) {
      this.#work.connection.close();
      this.#finish(refusal);
    }
    // The product may have called it off.
    if (this.#finished || head.reader.head === undefined) return;
    try {
      this.#work.progress.forget();
      this.#work.prepareSlot();
    } catch (error) {
      this.#failFlash(error);
      return;
    }
    const writer = this.#openWriter(emptyClaim());
    this.#writer = writer;
    this.#head = undefined;
    this.#write(writer, head.bytes);
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
    this.#work.connection.close();
    this.#finish({ kind: "failed", reason: flashFault(error) });
  }

  #refusal(reader: AppImageHeadReader, part: Uint8Array): DownloadOutcome | undefined {
    try {
      reader.write(part);
    } catch (error) {
      if (error instanceof AppImageError) return { kind: "rejected", reason: error.message };
      throw error;
    }
    if (reader.head === undefined) return undefined;
    try {
      const reason = this.#work.refuseHead(reader.head);
      return reason === undefined ? undefined : { kind: "rejected", reason };
    } catch (error) {
      // No verdict: the release is offered to the product again, later.
      return { kind: "failed", reason: `the product cannot judge the release: ${String(error)}` };
    }
  }

  /** An answer that is not what was asked for: the connection goes, at most one chunk is lost. */
  #stumble(problem: RangeProblem, head?: ResponseHead): void {
    this.#work.connection.close();
    const known = head === undefined ? undefined : problemOfHead(head);
    const reason = rangeProblemSentences[problem];
    if (problem === "content-changed") this.#finish({ kind: "changed", reason });
    else if (known !== undefined && known.kind !== "failed") this.#finish(known);
    else this.#retry(known ?? { kind: "failed", reason });
  }

  #retry(problem: ContactProblem): void {
    this.#attempt += 1;
    this.#inFlight = 0;
    this.#bytesSince = 0;
    this.#plan.rewind();
    this.#tries += 1;
    if (this.#tries > downloadTriesMax) {
      this.#finish(problem);
      return;
    }
    const { random, timer } = this.#work.platform;
    const askedMs = problem.kind === "failed" ? (problem.retryAfterMs ?? 0) : 0;
    const delayMs = retryDelayMs(this.#tries - 1, rangeRetryDelayMsMin, retryDelayMsMax, random());
    this.#retryTimer = timer.set(
      () => {
        this.#retryTimer = undefined;
        this.#goOn();
      },
      Math.max(askedMs, delayMs),
    );
  }

  #finish(outcome: DownloadOutcome): void {
    if (this.#finished) return;
    this.cancel();
    this.#work.onDone(outcome);
  }
}
