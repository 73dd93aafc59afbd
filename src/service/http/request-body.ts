// The body of one request, as a bounded stream or gathered. It can be failed from outside: when
// the connection's parser gives up (garbage, a sender too slow), node:http tells the server but
// not the reader that waits for the rest.

import type { IncomingMessage } from "node:http";
import { Refusal } from "../errors.js";

/** A body is gathered in a buffer of this size at first, which doubles when it is full. */
const gatheredBytesMin = 4096;

export class RequestBody {
  readonly #incoming: IncomingMessage;
  #failure: Refusal | undefined;
  #isBegun = false;
  #isRefused = false;
  #isLeft = false;
  #wake: (() => void) | undefined;

  constructor(incoming: IncomingMessage) {
    this.#incoming = incoming;
  }

  /** Makes every read from now on throw `reason`, one that waits included. */
  fail(reason: Refusal): void {
    this.#failure ??= reason;
    this.#isRefused = true;
    this.#wake?.();
  }

  /** Content-Length, or undefined where the sender does not say it: chunked. */
  get announcedBytes(): number | undefined {
    const { "content-length": length, "transfer-encoding": coding } = this.#incoming.headers;
    return coding === undefined ? Number(length ?? 0) : undefined;
  }

  /** True when the last byte has arrived. */
  get isComplete(): boolean {
    return this.#incoming.complete;
  }

  /** True when the rest of the body is not wanted, and has not come: no request can follow. */
  get isBrokenOff(): boolean {
    return this.#isLeft || (this.#isRefused && !this.isComplete);
  }

  /** The request has failed: of a body that was being read, the rest is not wanted any more. */
  leave(): void {
    if (this.#isBegun && !this.isComplete) this.#isLeft = true;
  }

  /**
   * The bytes as they come. Refuses with `body-too-large` as soon as the announced or the
   * received size exceeds `byteLengthMax`. Throws if the sender goes away in the middle.
   */
  async *chunks(byteLengthMax: number): AsyncGenerator<Uint8Array, void, void> {
    this.#isBegun = true;
    this.#bound(this.announcedBytes ?? 0, byteLengthMax);
    let byteLength = 0;
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure;
      const chunk = this.#incoming.read() as Buffer | null;
      if (chunk !== null) {
        byteLength += chunk.length;
        this.#bound(byteLength, byteLengthMax);
        yield chunk;
      } else if (this.#incoming.complete) {
        return;
      } else {
        await this.#more();
      }
    }
  }

  #bound(byteLength: number, byteLengthMax: number): void {
    if (byteLength <= byteLengthMax) return;
    this.#isRefused = true;
    throw new Refusal("body-too-large");
  }

  /**
   * All of it: at most `byteLengthMax` bytes, or `timed-out` after `timeMsMax`. `hold` is called
   * with the bytes that the body takes up in memory before it takes them; it may refuse.
   */
  async bytes(
    byteLengthMax: number,
    timeMsMax: number,
    hold: (byteLength: number) => void,
  ): Promise<Buffer> {
    // One buffer: a body that comes byte by byte must not become a million objects.
    let gathered = Buffer.alloc(0);
    let byteLength = 0;
    const timer = this.#failAfter(timeMsMax);
    try {
      for await (const chunk of this.chunks(byteLengthMax)) {
        const needed = byteLength + chunk.length;
        if (needed > gathered.length) {
          const doubled = Math.max(needed, 2 * gathered.length, gatheredBytesMin);
          const capacity = Math.min(doubled, this.announcedBytes ?? byteLengthMax);
          hold(capacity);
          const larger = Buffer.allocUnsafeSlow(capacity);
          gathered.copy(larger, 0, 0, byteLength);
          gathered = larger;
        }
        gathered.set(chunk, byteLength);
        byteLength = needed;
      }
    } finally {
      clearTimeout(timer);
    }
    return gathered.subarray(0, byteLength);
  }

  /** Throws away what is still to come, for at most `timeMsMax`; whatever happens is well. */
  async discard(timeMsMax: number): Promise<void> {
    if (this.isComplete) return;
    const timer = this.#failAfter(timeMsMax);
    try {
      const chunks = this.chunks(Infinity);
      while ((await chunks.next()).done !== true);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #failAfter(timeMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.fail(new Refusal("timed-out"));
    }, timeMs);
  }

  /** Waits for more to read, the end, the loss of the connection, or `fail`. */
  async #more(): Promise<void> {
    const incoming = this.#incoming;
    if (!incoming.destroyed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        incoming.once("readable", resolve).once("end", resolve);
        incoming.once("error", resolve).once("close", resolve);
      });
      const resolve = this.#wake;
      this.#wake = undefined;
      if (resolve !== undefined) {
        for (const event of ["readable", "end", "error", "close"]) incoming.off(event, resolve);
      }
    }
    if (incoming.destroyed && !incoming.complete) {
      this.fail(new Refusal("truncated"));
    }
  }
}
