// The SDK's UDP socket, to which packets are handed by hand.

export default class FakeUDP {
  /** The socket made last. */
  static last: FakeUDP | undefined;
  /** The next constructor throws: there is no network. */
  static fails = false;

  readonly written: {
    readonly packet: DataView;
    readonly address: string;
    readonly port: number;
  }[] = [];
  readonly #onReadable: (packets: number) => void;
  #unread: ArrayBuffer[] = [];

  constructor({ onReadable }: { onReadable: (packets: number) => void }) {
    if (FakeUDP.fails) throw new Error("no network");
    this.#onReadable = onReadable;
    FakeUDP.last = this;
  }

  write(packet: ArrayBuffer, address: string, port: number): void {
    this.written.push({ packet: new DataView(packet), address, port });
  }

  read(): ArrayBuffer | undefined {
    return this.#unread.shift();
  }

  receive(...packets: ArrayBuffer[]): void {
    this.#unread.push(...packets);
    this.#onReadable(packets.length);
  }
}
