// Typings of the modules that the simulated chip offers (engine/README.md), as far as they go: the
// standard's shapes (ECMA-419) where there is one. Names that begin with `embedded:x-chip` are ours.

declare function trace(...values: unknown[]): void;

declare module "embedded:io/socket/tcp" {
  interface TCPCallbacks {
    readonly onReadable?: (this: TCP, byteLength: number) => void;
    readonly onWritable?: (this: TCP, byteLength: number) => void;
    readonly onError?: (this: TCP) => void;
    readonly noDelay?: boolean;
  }
  type TCPOptions = TCPCallbacks &
    ({ readonly address: string; readonly port: number } | { readonly from: TCP });

  export default class TCP {
    constructor(options: TCPOptions);
    /** So many bytes, or all that is unread; undefined if nothing is. */
    read(byteLength?: number): ArrayBuffer | undefined;
    /** Fills the buffer; returns its length. */
    read(buffer: ArrayBuffer | Uint8Array): number | undefined;
    /** All or nothing. Returns how many more bytes may be written. */
    write(buffer: ArrayBuffer | Uint8Array): number;
    close(): void;
    readonly remoteAddress: string;
    readonly remotePort: number;
  }
}

declare module "embedded:io/socket/listener" {
  import type TCP from "embedded:io/socket/tcp";

  interface ListenerOptions {
    /** 0: any free one. */
    readonly port: number;
    readonly address?: string;
    readonly onReadable?: (this: Listener, count: number) => void;
  }

  export default class Listener {
    constructor(options: ListenerOptions);
    /** A connection without callbacks, to be taken over with the option `from`. */
    read(): TCP | undefined;
    close(): void;
    readonly port: number;
  }
}

declare module "embedded:storage/flash" {
  interface FlashPartition {
    read(byteLength: number, byteOffset: number): ArrayBuffer;
    read(buffer: ArrayBuffer | Uint8Array, byteOffset: number): number;
    write(buffer: ArrayBuffer | Uint8Array, byteOffset: number): void;
    eraseBlock(first: number, end?: number): void;
    status(): { readonly size: number; readonly blockLength: number; readonly blocks: number };
    close(): void;
  }

  const Flash: {
    open(options: { readonly path: string; readonly mode?: "r" | "r+" }): FlashPartition;
    /** The labels of all partitions. */
    [Symbol.iterator](): IterableIterator<string>;
  };
  export default Flash;
}

declare module "embedded:storage/key-value" {
  type IntegerFormat = "uint8" | "int8" | "uint16" | "int16" | "uint32" | "int32";

  interface KeyValueDomain<Value> {
    read(key: string): Value | undefined;
    write(key: string, value: Value): void;
    delete(key: string): void;
    close(): void;
  }

  const KeyValue: {
    open(options: {
      readonly path: string;
      readonly mode?: "r" | "r+";
      readonly format: "string";
    }): KeyValueDomain<string>;
    open(options: {
      readonly path: string;
      readonly mode?: "r" | "r+";
      readonly format: IntegerFormat;
    }): KeyValueDomain<number>;
  };
  export default KeyValue;
}

declare module "timer" {
  /** What `set` and `repeat` return. */
  type Handle = object;

  const Timer: {
    set(callback: (timer: Handle) => void, delayMs?: number, repeatMs?: number): Handle;
    repeat(callback: (timer: Handle) => void, delayMs: number): Handle;
    /** Without a delay the timer is paused. */
    schedule(timer: Handle, delayMs?: number, repeatMs?: number): void;
    clear(timer: Handle | undefined): void;
    /** Blocks. */
    delay(delayMs: number): void;
  };
  export default Timer;
}

declare module "crypt" {
  export class Digest {
    constructor(algorithm: "SHA256");
    write(data: string | ArrayBuffer | Uint8Array): void;
    close(): ArrayBuffer;
  }
}

declare module "net" {
  const Net: {
    resolve(name: string, callback: (name: string, address: string | undefined) => void): void;
  };
  export default Net;
}

declare module "embedded:x-chip/boot" {
  const Boot: {
    readonly slot: number;
    readonly resetReason: "power-on" | "brown-out" | "software" | "panic" | "watchdog" | "unknown";
    restart(): never;
    feedWatchdog(): void;
    macAddress(): ArrayBuffer;
    /** Milliseconds since the program started. */
    ticks(): number;
    /** In [0, 1). */
    random(): number;
  };
  export default Boot;
}

declare module "embedded:x-chip/meter" {
  /** Adds to the counter of that name in the file of --stats. */
  export function add(name: string, amount?: number): void;
}
