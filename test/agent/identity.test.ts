// Who the device is: the factory's keys win, every malformed one is named.

import assert from "node:assert/strict";
import {
  readIdentity,
  type Identity,
  type IdentityDefaults,
  type IdentityProblem,
} from "../../src/agent/identity.js";
import { MemoryStores } from "../support/memory-store.js";

const full = { vendor: "lights", model: "lamp", sn: "0001", host: "h.example", port: "8080" };
/** The factory's keys without one. */
function without(key: keyof typeof full): Keys {
  return Object.fromEntries(Object.entries(full).filter(([other]) => other !== key));
}

type Keys = Partial<Record<keyof typeof full, string>>;

function read(
  keys: Keys,
  defaults: IdentityDefaults = {},
  macAddress?: () => Uint8Array,
): Identity | IdentityProblem {
  const store = new MemoryStores().open("provision");
  for (const [key, value] of Object.entries(keys)) store.write(key, value);
  return readIdentity(store, defaults, macAddress);
}

function problemOf(keys: Keys, defaults?: IdentityDefaults): string {
  const identity = read(keys, defaults);
  return "problem" in identity ? identity.problem : `none: ${JSON.stringify(identity)}`;
}

const required = ["vendor", "model", "sn"] as const;

describe("identity", () => {
  it("is read from the factory's keys", () => {
    assert.deepEqual(read(full), {
      vendor: "lights",
      model: "lamp",
      serial: "0001",
      host: "h.example",
      port: 8080,
    });
  });

  it("is completed by what the product knows, and the factory wins", () => {
    const defaults = { vendor: "other", model: "other", host: "other.example", port: 81 };
    assert.deepEqual(read(full, defaults), read(full));
    assert.deepEqual(read({ sn: "0001" }, defaults), { ...defaults, serial: "0001" });
  });

  it("asks at the vendor's own host, port 80, unless told otherwise", () => {
    const { vendor, model, sn } = full;
    const identity = read({ vendor, model, sn });
    assert.deepEqual(identity, {
      vendor,
      model,
      serial: sn,
      host: "lights.m2.exosite.com",
      port: 80,
    });
  });

  it("takes the MAC address for a serial if the product says so and the factory wrote none", () => {
    const mac = (): Uint8Array => Uint8Array.of(0, 0x1b, 0x44, 0x11, 0x3a, 0xb7);
    const defaults: IdentityDefaults = { serialFromMac: { format: "mac:48", casing: "upper" } };
    assert.equal((read(without("sn"), defaults, mac) as Identity).serial, "00:1B:44:11:3A:B7");
    assert.equal((read(full, defaults, mac) as Identity).serial, "0001");
    assert.match(problemOf(without("sn"), defaults), /no "sn"/);
    assert.match(problemOf(without("sn")), /no "sn"/);
  });

  for (const key of required) {
    it(`names "${key}" when it is missing, empty, too long, of odd characters or no string`, () => {
      assert.match(problemOf(without(key)), new RegExp(`no "${key}" in flash`));
      for (const value of ["", "x".repeat(129), "a/b", "a\nb", "ü", "a&b"]) {
        assert.match(problemOf({ ...full, [key]: value }), new RegExp(`"${key}" .*malformed`));
      }
      const store = new MemoryStores().open("provision");
      for (const [other, value] of Object.entries(full)) store.write(other, value);
      const foreign = {
        write: () => undefined,
        delete: () => undefined,
        close: () => undefined,
        read: (asked: string) => {
          if (asked === key) throw new TypeError("mismatch");
          return store.read(asked);
        },
      };
      const identity = readIdentity(foreign, {}, undefined);
      assert.match("problem" in identity ? identity.problem : "", new RegExp(`no "${key}"`));
    });
  }

  it("names a malformed host and port", () => {
    const hosts = ["", "a b", "a/b", "a:80", "a@b", "ä.example", "a\r\nX: y", "x".repeat(254)];
    for (const host of hosts) assert.match(problemOf({ ...full, host }), /"host" .*malformed/);
    const ports = ["", "0", "65536", "-1", "80 ", "8e1", "0x50", "99999999999999999999"];
    for (const port of ports) assert.match(problemOf({ ...full, port }), /"port" .*malformed/);
    assert.equal((read({ ...full, port: "65535" }) as Identity).port, 65_535);
  });

  it("names the host when a vendor's name makes none", () => {
    assert.match(problemOf({ ...without("host"), vendor: "my vendor" }), /"host"/);
  });
});
