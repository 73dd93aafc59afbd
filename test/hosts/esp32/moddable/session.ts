// The SDK's TLS session, which says what it is told to: every packet is one step of a script.

interface FakeLine {
  readable: number;
  writable: number;
  read(buffer: Uint8Array): void;
  write(packet: Uint8Array): number;
}

/** What the other side has done, by the first byte it sends. */
export const steps = {
  more: 1,
  /** The certificates are believed. */
  believe: 2,
  finish: 3,
  close: 4,
  garbage: 5,
  /** The second byte is content. */
  content: 6,
} as const;

export default class FakeSession {
  /** The session made last. */
  static last: FakeSession | undefined;

  readonly options: Readonly<Record<string, unknown>> & { readonly onBelieved: () => void };
  handshakeProcess = -1;
  alert: { level: number; description: number } | undefined;
  readonly written: number[] = [];
  closed = 0;

  constructor(options: FakeSession["options"]) {
    this.options = options;
    FakeSession.last = this;
  }

  initiateHandshake(): void {
    this.handshakeProcess = 0;
  }

  handshake(line: FakeLine): boolean {
    if (this.handshakeProcess === 0) {
      line.write(Uint8Array.of(0x16));
      line.writable -= 1;
      this.handshakeProcess = -1;
      return false;
    }
    const step = line.readable === 0 ? undefined : this.#take(line);
    if (step === steps.believe) this.options.onBelieved();
    if (step === steps.close) this.alert = { level: 1, description: 0 };
    return step === steps.finish || step === steps.close;
  }

  read(line: FakeLine): Uint8Array | undefined | null {
    const step = this.#take(line);
    if (step === steps.close) return null;
    if (step !== steps.content) return undefined;
    return Uint8Array.of(this.#take(line));
  }

  write(line: FakeLine, data: Uint8Array): number {
    this.written.push(...data);
    line.writable = line.write(data);
    return line.writable;
  }

  close(): void {
    this.closed += 1;
  }

  #take(line: FakeLine): number {
    const byte = new Uint8Array(1);
    line.read(byte);
    line.readable -= 1;
    if (byte[0] === steps.garbage) throw new Error("record: bad data");
    return byte[0] ?? 0;
  }
}
