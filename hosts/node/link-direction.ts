// One direction of a link: pieces of a stream arrive in their order, each when bandwidth, latency,
// the receiver's window, jitter and losses let it.
//
// The window is end to end, as TCP's is: what the receiver has not read takes up room in it, and
// the sender learns of what was read one latency later. So a device that stands still while its
// flash is erased stops the sender after one window, whatever the kernel's buffers would take.

import type { Socket } from "node:net";
import { performance } from "node:perf_hooks";

export interface DirectionOptions {
  /** One way, in milliseconds. Default 0. */
  readonly latencyMs?: number;
  /** Bytes per second. Default: no limit. */
  readonly bandwidthBytes?: number;
  /** The receiver's window, in bytes. Default: no limit. */
  readonly windowBytes?: number;
  /**
   * Bytes that the receiver has read since some moment, over all its connections. Default: it reads
   * what arrives.
   */
  readonly bytesRead?: () => number;
  /** Each segment is delayed by up to so many milliseconds more; their order stays. Default 0. */
  readonly jitterMs?: number;
  /** Of so many segments one is lost, and arrives when it is sent again. Default: none. */
  readonly lossEvery?: number;
  /** For jitter and losses: values in [0, 1). Default: Math.random. */
  readonly random?: () => number;
  /** Sees bytes as they come from the sender. */
  readonly onSent?: (bytes: Uint8Array) => void;
  /** Sees bytes as they reach the receiver. */
  readonly onArrived?: (bytes: Uint8Array) => void;
}

/** Bytes, or how the stream ends. */
type Piece = Buffer | "end" | "reset";

interface Travelling {
  readonly piece: Piece;
  readonly dueMs: number;
}

/** What a direction holds before it takes no more from its sender. */
const heldBytesMax = 65_536;
/** What travels as one: lwIP's MSS on an ESP32. */
const segmentBytesMax = 1436;
/** The least time after which TCP sends a lost segment again (RFC 6298 says 1 s, Linux 200 ms). */
const resendMsMin = 200;
/** How often a sender that waits for the window looks what was read. */
const lookMs = 2;

export class Direction {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #latencyMs: number;
  readonly #bandwidthBytes: number;
  readonly #windowBytes: number;
  readonly #jitterMs: number;
  readonly #lossEvery: number;
  readonly #random: () => number;
  readonly #bytesRead: () => number;
  readonly #onArrived: ((bytes: Uint8Array) => void) | undefined;
  readonly #waiting: Piece[] = [];
  readonly #travelling: Travelling[] = [];
  /** What was read, and when the sender learns of it. */
  readonly #readings: { readonly count: number; readonly dueMs: number }[] = [];
  readonly #segmentBytes: number;
  #heldBytes = 0;
  #sentBytes = 0;
  #deliveredBytes = 0;
  /** What the sender knows to be read. */
  #acknowledgedBytes = 0;
  #lastReading = 0;
  /** When the line will have carried all that was put on it. */
  #freeAtMs = 0;
  #lastDueMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, options: DirectionOptions) {
    this.#from = from;
    this.#to = to;
    this.#latencyMs = options.latencyMs ?? 0;
    this.#bandwidthBytes = options.bandwidthBytes ?? Infinity;
    this.#windowBytes = options.windowBytes ?? Infinity;
    this.#jitterMs = options.jitterMs ?? 0;
    this.#lossEvery = options.lossEvery ?? Infinity;
    this.#random = options.random ?? Math.random;
    this.#segmentBytes = Math.min(segmentBytesMax, this.#windowBytes);
    this.#onArrived = options.onArrived;
    const { bytesRead } = options;
    const readBefore = bytesRead?.() ?? 0;
    this.#bytesRead =
      bytesRead === undefined ? () => this.#deliveredBytes : () => bytesRead() - readBefore;
    from.on("data", (bytes: Buffer) => {
      options.onSent?.(bytes);
      for (let at = 0; at < bytes.length; at += this.#segmentBytes) {
        this.#waiting.push(bytes.subarray(at, at + this.#segmentBytes));
      }
      this.#heldBytes += bytes.length;
      if (this.#heldBytes >= heldBytesMax) from.pause();
      this.#advance();
    });
    from.on("end", () => this.#finish("end"));
    from.on("error", () => this.#finish("reset"));
    to.on("drain", () => this.#advance());
    to.on("close", () => clearTimeout(this.#timer));
  }

  #finish(ending: "end" | "reset"): void {
    this.#waiting.push(ending);
    this.#advance();
  }

  /** Puts on the line what the window lets, delivers what is due, and sets the next look. */
  #advance(): void {
    clearTimeout(this.#timer);
    this.#deliver();
    this.#noteReading();
    this.#send();
    this.#deliver();
    if (this.#to.destroyed) return;
    const waitMs = this.#nextMs() - performance.now();
    if (waitMs === Infinity) return;
    this.#timer = setTimeout(() => this.#advance(), Math.max(0, Math.ceil(waitMs)));
  }

  #nextMs(): number {
    const [arriving] = this.#travelling;
    const isStopped = this.#to.writableNeedDrain;
    const arrivalMs = arriving === undefined || isStopped ? Infinity : arriving.dueMs;
    if (this.#waiting.length === 0 || this.#windowBytes === Infinity) return arrivalMs;
    const knownMs = this.#readings[0]?.dueMs ?? Infinity;
    return Math.min(arrivalMs, knownMs, performance.now() + lookMs);
  }

  #noteReading(): void {
    if (this.#windowBytes === Infinity) return;
    const nowMs = performance.now();
    const count = this.#bytesRead();
    if (count > this.#lastReading) {
      this.#lastReading = count;
      this.#readings.push({ count, dueMs: nowMs + this.#latencyMs });
    }
    for (let [next] = this.#readings; next !== undefined; [next] = this.#readings) {
      if (next.dueMs > nowMs) return;
      this.#acknowledgedBytes = next.count;
      this.#readings.shift();
    }
  }

  #send(): void {
    for (let [piece] = this.#waiting; piece !== undefined; [piece] = this.#waiting) {
      const roomBytes = this.#windowBytes - (this.#sentBytes - this.#acknowledgedBytes);
      if (lengthOf(piece) <= roomBytes) {
        this.#waiting.shift();
      } else {
        // No silly windows (RFC 9293 section 3.8.6.2.1): a part is sent if it is half a segment.
        if (typeof piece === "string" || roomBytes < this.#segmentBytes / 2) return;
        this.#waiting[0] = piece.subarray(roomBytes);
        piece = piece.subarray(0, roomBytes);
      }
      this.#sentBytes += lengthOf(piece);
      this.#travelling.push({ piece, dueMs: this.#arrivalMs(piece) });
    }
  }

  #arrivalMs(piece: Piece): number {
    const carryMs = (lengthOf(piece) / this.#bandwidthBytes) * 1000;
    this.#freeAtMs = Math.max(this.#freeAtMs, performance.now()) + carryMs;
    const isLost = this.#random() * this.#lossEvery < 1;
    const againMs = isLost ? Math.max(resendMsMin, 4 * this.#latencyMs) : 0;
    const delayMs = this.#latencyMs + this.#random() * this.#jitterMs + againMs;
    this.#lastDueMs = Math.max(this.#lastDueMs, this.#freeAtMs + delayMs);
    return this.#lastDueMs;
  }

  #deliver(): void {
    for (let [next] = this.#travelling; next !== undefined; [next] = this.#travelling) {
      if (this.#to.destroyed || this.#to.writableNeedDrain) return;
      if (next.dueMs > performance.now()) return;
      this.#travelling.shift();
      this.#pass(next.piece);
      this.#heldBytes -= lengthOf(next.piece);
      this.#deliveredBytes += lengthOf(next.piece);
      if (this.#heldBytes < heldBytesMax) this.#from.resume();
    }
  }

  #pass(piece: Piece): void {
    if (piece === "end") this.#to.end();
    else if (piece === "reset") this.#to.resetAndDestroy();
    else {
      this.#onArrived?.(piece);
      this.#to.write(piece);
    }
  }
}

function lengthOf(piece: Piece): number {
  return typeof piece === "string" ? 0 : piece.length;
}
