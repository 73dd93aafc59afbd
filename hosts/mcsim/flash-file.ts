// The flash chip of the SDK's simulator, in a file: the same image that the simulated chip of
// hosts/xs works on, and that is read from and written to a real one. NOR semantics.
//
// Every call goes straight to the file: killing the simulator is a power cut between two calls.

import { File } from "file";
import { type FlashPartition, type FlashStatus, sectorBytes } from "../../src/ports/flash.js";
import { checkRange, flashStatus } from "../../src/formats/flash/flash-window.js";

export class BoardFlash implements FlashPartition {
  readonly #file: File;
  readonly #size: number;

  /** Throws an Error that says what to do if the file is not there or cannot be a flash. */
  constructor(path: string) {
    if (!File.exists(path)) {
      throw new Error(`there is no flash image ${path}: provision factory image makes one`);
    }
    this.#file = new File(path, true);
    this.#size = this.#file.length;
    if (this.#size === 0 || this.#size % sectorBytes !== 0) {
      throw new Error(`${path} is no flash image: ${this.#size} bytes are not whole blocks`);
    }
  }

  read(buffer: Uint8Array, byteOffset: number): void {
    checkRange(byteOffset, buffer.length, this.#size);
    buffer.set(this.#get(byteOffset, buffer.length));
  }

  write(buffer: Uint8Array, byteOffset: number): void {
    checkRange(byteOffset, buffer.length, this.#size);
    if (buffer.length === 0) return;
    const programmed = this.#get(byteOffset, buffer.length);
    buffer.forEach((byte, index) => {
      programmed[index] = (programmed[index] ?? 0) & byte;
    });
    this.#put(programmed, byteOffset);
  }

  eraseBlock(first: number, end = first + 1): void {
    checkRange(first * sectorBytes, (end - first) * sectorBytes, this.#size);
    for (let block = first; block < end; block += 1) {
      this.#put(new Uint8Array(sectorBytes).fill(0xff), block * sectorBytes);
    }
  }

  status(): FlashStatus {
    return flashStatus(this.#size);
  }

  close(): void {
    this.#file.close();
  }

  #get(byteOffset: number, byteLength: number): Uint8Array {
    if (byteLength === 0) return new Uint8Array(0);
    this.#file.position = byteOffset;
    return new Uint8Array(this.#file.read(ArrayBuffer, byteLength));
  }

  /** `bytes` is all of its buffer: the SDK writes whole buffers. */
  #put(bytes: Uint8Array, byteOffset: number): void {
    this.#file.position = byteOffset;
    this.#file.write(bytes.buffer as ArrayBuffer);
  }
}
