// The part of the Moddable SDK that this folder uses, declared so that it compiles without the SDK.
//
// Not in the Moddable manifest: when mcconfig compiles the same files it takes the SDK's own
// declarations, and the one it generates for mc/ffi from the manifest's `ffi` section. Types here
// are therefore never wider than the SDK's.

/** Prints to the console: the debugger in a debug build, nowhere in a release build. */
declare function trace(...messages: string[]): void;

declare module "mc/config" {
  const config: Readonly<Record<string, unknown>>;
  export default config;
}

/** C functions by name. Pointers that C owns cross as numbers: addresses are 32 bits wide. */
declare module "mc/ffi" {
  export default class FFI {
    esp_restart(): void;
    esp_reset_reason(): number;
    esp_ota_get_running_partition(): number;
    esp_partition_find_first(type: number, subtype: number, label: number): number;
    esp_task_wdt_add_user(name: number, handle: ArrayBuffer): number;
    esp_task_wdt_reset_user(handle: number): number;
    pcTaskGetName(task: number): number;
    esp_efuse_mac_get_default(address: ArrayBuffer): number;
    sha256_create(state: ArrayBuffer): void;
    sha256_update(state: ArrayBuffer, data: ArrayBuffer, byteLength: number): void;
    sha256_fin(state: ArrayBuffer, digest: ArrayBuffer): void;
  }
}

declare module "timer" {
  class Timer {
    private constructor();
    static set(callback: () => void, delayMs?: number): Timer;
    static repeat(callback: () => void, intervalMs: number): Timer;
    static clear(timer: Timer): void;
    private readonly brand: boolean;
  }
  export default Timer;
}

declare module "time" {
  const Time: {
    /** Milliseconds since boot in 32 bits: wraps. */
    readonly ticks: number;
    /** Sets the clock: seconds since 1970. */
    set(seconds: number): void;
  };
  export default Time;
}

declare module "net" {
  const Net: {
    resolve(name: string, callback: (name: string, address?: string) => void): void;
  };
  export default Net;
}

declare module "crypt" {
  export class Digest {
    constructor(type: "SHA256" | "SHA384" | "SHA512");
    write(message: ArrayBuffer): void;
    close(): ArrayBuffer;
  }
}

declare module "embedded:io/socket/tcp" {
  export default class TCP {
    constructor(options: {
      address: string;
      port: number;
      nodelay?: boolean;
      onReadable?: (byteLength: number) => void;
      onWritable?: (byteLength: number) => void;
      onError?: () => void;
    });
    read(buffer: Uint8Array): void;
    write(buffer: Uint8Array): void;
    close(): void;
  }
}

declare module "embedded:io/digital" {
  export default class Digital {
    static readonly Output: number;
    constructor(options: { pin: number; mode: number });
    write(value: 0 | 1): void;
  }
}

declare module "embedded:io/socket/udp" {
  export default class UDP {
    constructor(options: { onReadable?: (packets: number) => void });
    read(): ArrayBuffer;
    write(packet: ArrayBuffer, address: string, port: number): void;
  }
}

declare module "Resource" {
  /** Data in flash. */
  const Resource: {
    new (path: string): ArrayBuffer;
    exists(path: string): boolean;
  };
  export default Resource;
}

declare module "embedded:network/interface/wifi" {
  export default class WiFi {
    constructor(options: { onChanged?: (property: "connection" | "address") => void });
    connect(options: { SSID: string; password?: string }): void;
    readonly connection: number;
    readonly address: string | undefined;
  }
}

declare module "embedded:storage/flash" {
  export class Flash {
    read(buffer: Uint8Array, byteOffset: number): number;
    write(buffer: Uint8Array, byteOffset: number): void;
    eraseBlock(start: number, end?: number): void;
    status(): { size: number; blockLength: number; blocks: number };
    close(): void;
  }
  const storage: { open(options: { path: string; mode?: "r" | "r+" }): Flash };
  export default storage;
}

declare module "embedded:storage/key-value" {
  export class Storage {
    read(key: string): ArrayBuffer | string | number | bigint;
    write(key: string, value: string): void;
    delete(key: string): void;
    close(): void;
  }
  const storage: {
    open(options: { path: string; mode?: "r" | "r+"; format?: "string" }): Storage;
  };
  export default storage;
}
