// The SDK's files, as far as the flash needs them.

declare module "file" {
  export class File {
    /** Throws if the file does not exist and `write` is not set. */
    constructor(path: string, write?: boolean);
    read(type: ArrayBufferConstructor, byteLength?: number): ArrayBuffer;
    read(type: StringConstructor, byteLength?: number): string;
    /** Goes straight to the file. */
    write(data: ArrayBuffer | string): void;
    close(): void;
    readonly length: number;
    position: number;
    static exists(path: string): boolean;
    static delete(path: string): boolean;
  }
}
