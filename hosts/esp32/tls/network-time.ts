// The time of day from the network (SNTP, RFC 4330): certificates have dates, and a chip starts in
// 1970. Asks until there is an answer, then once a day.
//
// The answer is not authenticated. An attacker who forges it can make an expired certificate valid,
// and no other.

import Time from "time";
import Timer from "timer";
import UDP from "embedded:io/socket/udp";
import type { Log } from "../../../src/ports/log.js";
import type { Resolve } from "../../../src/ports/resolve.js";

const port = 123;
const packetBytes = 48;
/** No leap warning, version 4, client. */
const clientHead = 0x23;
const modeMask = 7;
const serverMode = 4;
/** Where a request holds the time at which it was sent; its answer repeats it. */
const transmitOffset = 40;
const originateOffset = 24;
/** From 1900 to 1970; the era after 2036 counts from there. */
const unixEpochS = 2_208_988_800;
const eraS = 2 ** 32;
const retryMs = 5_000;
const repeatMs = 24 * 60 * 60_000;
/** Older than this program: the clock was never set. */
const earliestMs = Date.UTC(2026, 0);

export class NetworkTime {
  readonly #server: string;
  readonly #resolve: Resolve;
  readonly #log: Log;
  /** Of the open request; no answer counts twice. */
  #nonce: number | undefined;
  /** The SDK looks for one name at a time and queues the others, the agent's as well. */
  #isResolving = false;
  #socket: UDP | undefined;
  #timer: Timer | undefined;

  constructor(server: string, resolve: Resolve, log: Log) {
    this.#server = server;
    this.#resolve = resolve;
    this.#log = log;
  }

  /** Whether the clock shows a plausible time. */
  get isSet(): boolean {
    return Date.now() >= earliestMs;
  }

  /** Keeps the clock, from now on for ever. */
  keep(): void {
    this.#timer = Timer.set(() => {
      this.keep();
    }, retryMs);
    if (this.#isResolving) return;
    this.#isResolving = true;
    this.#resolve(this.#server, (address) => {
      this.#isResolving = false;
      if (address !== undefined) this.#ask(address);
    });
  }

  #ask(address: string): void {
    const packet = new DataView(new ArrayBuffer(packetBytes));
    const nonce = Math.floor(Math.random() * eraS);
    this.#nonce = nonce;
    packet.setUint8(0, clientHead);
    packet.setUint32(transmitOffset, nonce);
    try {
      this.#socket ??= new UDP({
        onReadable: (packets) => {
          for (; packets > 0; packets -= 1) this.#take();
        },
      });
      this.#socket.write(packet.buffer, address, port);
    } catch {
      // No network yet.
    }
  }

  #take(): void {
    const bytes = this.#socket?.read();
    if (bytes === undefined || bytes.byteLength < packetBytes) return;
    const packet = new DataView(bytes);
    const stratum = packet.getUint8(1);
    if ((packet.getUint8(0) & modeMask) !== serverMode || stratum === 0) return;
    if (packet.getUint32(originateOffset) !== this.#nonce) return;
    this.#nonce = undefined;
    const ntpS = packet.getUint32(transmitOffset);
    Time.set(ntpS >= unixEpochS ? ntpS - unixEpochS : ntpS + eraS - unixEpochS);
    this.#log(`time: ${new Date().toISOString()}`);
    if (this.#timer !== undefined) Timer.clear(this.#timer);
    this.#timer = Timer.set(() => {
      this.keep();
    }, repeatMs);
  }
}
