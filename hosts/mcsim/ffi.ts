// The functions of ESP-IDF that the product calls, answered by the simulator's board: the module
// "mc/ffi" there. Pointers are numbers other than 0 that mean nothing elsewhere.

import { Digest } from "crypt";
import { board, resetReasons } from "./board.js";

const appType = 0;
const firstSlotSubtype = 0x10;
const slotCount = 2;
const partitionsAddress = 0x3ffb0000;
const taskNameAddress = 0x3ffb5000;
const watchdogAddress = 0x3ffb6000;
/** Locally administered. */
const macAddress = Object.freeze([0x02, 0, 0, 0, 0, 0x01]);
const ok = 0;

export default class FFI {
  readonly esp_restart = (): void => {
    board().reset(resetReasons.software);
  };

  readonly esp_reset_reason = (): number => board().resetReason;

  readonly esp_ota_get_running_partition = (): number => partitionsAddress + board().slot;

  readonly esp_partition_find_first: (type: number, subtype: number, label: number) => number = (
    type,
    subtype,
  ) => {
    const slot = subtype - firstSlotSubtype;
    return type === appType && slot >= 0 && slot < slotCount ? partitionsAddress + slot : 0;
  };

  readonly esp_task_wdt_add_user: (name: number, handle: ArrayBuffer) => number = (
    name,
    handle,
  ) => {
    if (name !== taskNameAddress) throw new Error("no name of a task");
    new DataView(handle).setUint32(0, watchdogAddress, true);
    board().feedWatchdog();
    return ok;
  };

  readonly esp_task_wdt_reset_user = (handle: number): number => {
    if (handle !== watchdogAddress) throw new Error("no handle of the watchdog");
    board().feedWatchdog();
    return ok;
  };

  readonly pcTaskGetName: (task: number) => number = () => taskNameAddress;

  readonly esp_efuse_mac_get_default = (address: ArrayBuffer): number => {
    new Uint8Array(address).set(macAddress);
    return ok;
  };

  /** By the state that C would have in it. */
  readonly #digests = new WeakMap<ArrayBuffer, Digest>();

  readonly sha256_create = (state: ArrayBuffer): void => {
    this.#digests.set(state, new Digest("SHA256"));
  };

  readonly sha256_update: (state: ArrayBuffer, data: ArrayBuffer, byteLength: number) => void = (
    state,
    data,
    byteLength,
  ) => {
    // The SDK's code reads any view of a buffer; its declaration knows only whole buffers.
    const view: unknown = new Uint8Array(data, 0, byteLength);
    this.#digestOf(state).write(view as ArrayBuffer);
  };

  readonly sha256_fin: (state: ArrayBuffer, digest: ArrayBuffer) => void = (state, digest) => {
    new Uint8Array(digest).set(new Uint8Array(this.#digestOf(state).close()));
    this.#digests.delete(state);
  };

  #digestOf(state: ArrayBuffer): Digest {
    const digest = this.#digests.get(state);
    if (digest === undefined) throw new Error("no state of a digest");
    return digest;
  }
}
