// Who a device is, as the factory writes it: strings of the NVS namespace `provision`, which the
// agent reads (src/agent/identity.ts). What that would refuse is refused here.

import { hostBytesMax, nameBytesMax, serialBytesMax } from "../protocol/limits.js";
import { isHost, isName, isSerial } from "../protocol/paths.js";
import { identityKeys, storeDomain } from "../protocol/store-keys.js";
import type { NvsEntry } from "../formats/nvs/nvs-value.js";
import { FactoryError } from "./factory-error.js";

export interface DeviceIdentity {
  readonly vendor: string;
  readonly model: string;
  /** Absent: the serial is the MAC address, in the form that the firmware has compiled in. */
  readonly sn?: string;
  /** Absent: as the firmware has it, or `<vendor>.m2.exosite.com`. */
  readonly host?: string;
  readonly port?: number;
}

const portMax = 65_535;
const shownCharactersMax = 48;

/** Throws a FactoryError that names the field and says what it may be. */
export function checkIdentity({ vendor, model, sn, host, port }: DeviceIdentity): void {
  checkText("vendor", vendor, nameBytesMax, isName);
  checkText("model", model, nameBytesMax, isName);
  if (sn !== undefined) checkText("serial", sn, serialBytesMax, isSerial);
  if (host !== undefined && !isHost(host)) {
    const rule = `1 to ${hostBytesMax} letters, digits, dots and hyphens`;
    refuse(`host ${shown(host)}: expected ${rule}`);
  }
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= portMax)) {
    refuse(`port ${port}: expected a whole number from 1 to ${portMax}`);
  }
}

/** A vendor whose name is no part of a host name: its devices need to be told their host. */
export function needsHost({ vendor, host }: DeviceIdentity): boolean {
  return host === undefined && !isHost(vendor);
}

/** What is written into flash. Port and all are strings: that is how the agent reads them. */
export function identityEntries(identity: DeviceIdentity): NvsEntry[] {
  const { vendor, model, sn, host, port } = identity;
  const values: [key: string, value: string | number | undefined][] = [
    [identityKeys.vendor, vendor],
    [identityKeys.model, model],
    [identityKeys.serial, sn],
    [identityKeys.host, host],
    [identityKeys.port, port],
  ];
  return values.flatMap(([key, value]): NvsEntry[] =>
    value === undefined
      ? []
      : [{ namespace: storeDomain, key, type: "string", value: String(value) }],
  );
}

function checkText(
  field: string,
  text: string,
  bytesMax: number,
  isValid: (text: string) => boolean,
): void {
  if (isValid(text)) return;
  if (text.length > bytesMax) {
    refuse(`${field} ${shown(text)}: ${text.length} characters, at most ${bytesMax} fit`);
  }
  refuse(`${field} ${shown(text)}: expected letters, digits, blanks and ._:~-`);
}

function refuse(message: string): never {
  throw new FactoryError("identity", message);
}

function shown(text: string): string {
  const cut = text.length > shownCharactersMax;
  return JSON.stringify(cut ? `${text.slice(0, shownCharactersMax)}...` : text);
}
