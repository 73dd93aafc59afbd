// A connection as the clients of 2012 use one: what they send comes in many small segments, and
// what they read is what one receive gives them.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";

export class OldConnection {
  /** What has come and was not received yet, as it came. */
  readonly #segments: string[] = [];
  #isClosed = false;
  #changed = (): void => undefined;

  private constructor(private readonly socket: Socket) {
    socket.setEncoding("latin1");
    socket.on("data", (segment: string) => {
      this.#segments.push(segment);
      this.#changed();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#isClosed = true;
      this.#changed();
    });
  }

  static async open(port: number): Promise<OldConnection> {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    await once(socket, "connect");
    return new OldConnection(socket);
  }

  /** Sends each piece in a segment of its own. */
  async send(...pieces: readonly string[]): Promise<void> {
    for (const piece of pieces) {
      await new Promise((resolve) => this.socket.write(piece, "latin1", resolve));
      await setImmediate();
    }
  }

  /** What one receive with room for everything gives: the next segment, or "" at the end. */
  async receive(): Promise<string> {
    while (this.#segments.length === 0 && !this.#isClosed) {
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
    return this.#segments.shift() ?? "";
  }

  /** Waits for the service to close; nothing may be left unread. */
  async closed(): Promise<void> {
    assert.equal(await this.receive(), "");
  }

  /** Hangs up, as most of these clients do after each reply. */
  close(): void {
    assert.deepEqual(this.#segments, [], "more than one receive was needed");
    this.socket.destroy();
  }
}
