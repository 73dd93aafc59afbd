// The names that Espressif's partition CSV has for types and subtypes.

export const partitionTypes = Object.freeze({
  app: 0x00,
  data: 0x01,
  bootloader: 0x02,
  partition_table: 0x03,
});

export const appSubtypes = Object.freeze({ factory: 0x00, ota0: 0x10, test: 0x20, tee0: 0x30 });
const otaSlotsMax = 16;

export const dataSubtypes = Object.freeze({
  ota: 0x00,
  phy: 0x01,
  nvs: 0x02,
  coredump: 0x03,
  nvs_keys: 0x04,
  efuse: 0x05,
  undefined: 0x06,
  esphttpd: 0x80,
  fat: 0x81,
  spiffs: 0x82,
  littlefs: 0x83,
  tee_ota: 0x90,
});

type Names = Readonly<Record<string, number>>;

const numbered = (name: string, first: number, count: number): Names =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`${name}_${i}`, first + i]));

const subtypes: readonly Names[] = Object.freeze([
  Object.freeze({
    factory: appSubtypes.factory,
    test: appSubtypes.test,
    ...numbered("ota", appSubtypes.ota0, otaSlotsMax),
    ...numbered("tee", appSubtypes.tee0, 2),
  }),
  dataSubtypes,
  Object.freeze({ primary: 0, ota: 1, recovery: 2 }),
  Object.freeze({ primary: 0, ota: 1 }),
]);

/** The names of a type's subtypes; none for a type that has no name itself. */
export function subtypeNames(type: number): Names {
  return subtypes[type] ?? {};
}
