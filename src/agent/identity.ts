// Who this device is: read from the factory's keys in flash, completed by what the product
// compiled in. Decides nothing about activation.

import type { KeyValueStore } from "../ports/key-value.js";
import { isHost, isName, isSerial } from "../protocol/paths.js";
import { macSerial, type SerialFormat } from "../protocol/mac-serial.js";
import { parseDecimal } from "../protocol/decimal.js";
import { identityKeys, storeDomain } from "../protocol/store-keys.js";

export interface Identity {
  readonly vendor: string;
  readonly model: string;
  readonly serial: string;
  readonly host: string;
  readonly port: number;
}

/**
 * What the product knows when it is compiled. The factory's keys win over it. A device whose
 * identity lacks a part, or has a malformed one, waits as `unidentified` and says which.
 */
export interface IdentityDefaults {
  /** Vendor of the model: 1 to 64 letters, digits, blanks and `._:~-`. Default: the factory's. */
  readonly vendor?: string;
  /** Model of the device: a name like the vendor's. Default: the factory's. */
  readonly model?: string;
  /** The serial is the MAC address in this form. Default: the factory's key `sn` is needed. */
  readonly serialFromMac?: SerialFormat;
  /**
   * Name or IPv4 address of the service: up to 253 letters, digits, dots and hyphens. Default:
   * `<vendor>.m2.exosite.com`.
   */
  readonly host?: string;
  /** TCP port of the service, 1 to 65535. Default: 80; in a product with TLS 443. */
  readonly port?: number;
}

/** What is missing or malformed, in words for the person who has to mend it. */
export interface IdentityProblem {
  readonly problem: string;
}

/** Devices of a vendor ask at `<vendor>.m2.exosite.com` unless told otherwise. */
const hostSuffix = ".m2.exosite.com";
const portDefault = 80;

export function readIdentity(
  store: KeyValueStore,
  defaults: IdentityDefaults,
  macAddress: (() => Uint8Array) | undefined,
): Identity | IdentityProblem {
  const vendor = read(store, identityKeys.vendor) ?? defaults.vendor;
  if (vendor === undefined) return missing(identityKeys.vendor);
  if (!isName(vendor)) return malformed(identityKeys.vendor);

  const model = read(store, identityKeys.model) ?? defaults.model;
  if (model === undefined) return missing(identityKeys.model);
  if (!isName(model)) return malformed(identityKeys.model);

  const serial = read(store, identityKeys.serial) ?? serialOfMac(defaults, macAddress);
  if (serial === undefined) return missing(identityKeys.serial);
  if (!isSerial(serial)) return malformed(identityKeys.serial);

  const host = read(store, identityKeys.host) ?? defaults.host ?? vendor + hostSuffix;
  if (!isHost(host)) return malformed(identityKeys.host);

  const port = readPort(read(store, identityKeys.port), defaults.port ?? portDefault);
  if (port === undefined) return malformed(identityKeys.port);

  return { vendor, model, serial, host, port };
}

/** A key of another type than string reads as absent: the problem then names the key. */
function read(store: KeyValueStore, key: string): string | undefined {
  try {
    return store.read(key);
  } catch {
    return undefined;
  }
}

function serialOfMac(
  defaults: IdentityDefaults,
  macAddress: (() => Uint8Array) | undefined,
): string | undefined {
  if (defaults.serialFromMac === undefined || macAddress === undefined) return undefined;
  return macSerial(macAddress(), defaults.serialFromMac);
}

function readPort(text: string | undefined, fallback: number): number | undefined {
  if (text === undefined) return fallback;
  const port = parseDecimal(text);
  return port !== undefined && port >= 1 && port <= 65535 ? port : undefined;
}

function missing(key: string): IdentityProblem {
  const where = `NVS namespace ${storeDomain}`;
  return { problem: `no "${key}" in flash: write it at the factory (${where})` };
}

function malformed(key: string): IdentityProblem {
  return { problem: `"${key}" in flash is malformed: write it again at the factory` };
}
