// The SDK's TCP socket as far as the adapter knows it, with lwIP's ways of failing.

interface SocketOptions {
  readonly address: string;
  readonly port: number;
  readonly nodelay?: boolean;
  readonly onReadable?: (byteLength: number) => void;
  readonly onWritable?: (byteLength: number) => void;
  readonly onError?: () => void;
}

export default class FakeSocket {
  /** The socket made last. */
  static last: FakeSocket | undefined;
  /** What the next constructor throws. */
  static refusal: string | undefined;

  readonly options: SocketOptions;
  readonly written: number[] = [];
  /** Bytes that `read` takes from. */
  unread: number[] = [];
  /** The peer has ended: the SDK's `write` throws. */
  ended = false;
  closed = 0;

  constructor(options: SocketOptions) {
    const { refusal } = FakeSocket;
    FakeSocket.refusal = undefined;
    if (refusal !== undefined) throw new Error(refusal);
    this.options = options;
    FakeSocket.last = this;
  }

  read(buffer: Uint8Array): number {
    if (buffer.byteLength > this.unread.length) throw new Error("invalid");
    buffer.set(this.unread.splice(0, buffer.byteLength));
    return buffer.byteLength;
  }

  write(buffer: Uint8Array): void {
    if (this.ended) throw new Error("not ready");
    this.written.push(...buffer);
  }

  close(): void {
    this.closed += 1;
  }
}
