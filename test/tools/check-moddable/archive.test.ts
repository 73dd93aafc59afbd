import assert from "node:assert/strict";

import { readArchive } from "../../../tools/check-moddable/archive.js";

// The lines of xsl's output that are read, in its form.
const version = "{ XS_MAJOR_VERSION, XS_MINOR_VERSION, XS_PATCH_VERSION, 0 }";
const source = String.raw`
#define mxHeapCount 3
static const txSlot gxHeap[mxHeapCount];
#define mxStackCount 1
#define mxKeysCount 2
static const txU1 gxCode1[10];
static const txScript gxScripts[mxScriptsCount] = {
	{ xsHostModule0, NULL, 0, NULL, 0, NULL, 0, "timer", ${version} },
	{ NULL, NULL, 0, (txS1*)gxCode1, 10, NULL, 0, "hosts/esp32/main", ${version} },
	{ NULL, NULL, 0, NULL, 0, NULL, 0, "src/agent/agent", ${version} }
};
static const txSlot gxHeap[mxHeapCount] = {
/* 0000 */	{ NULL, {.ID = 1, .flag = 0x8b, .kind = XS_CODE_X_KIND}, .value = { .code = { (txByte*)"\x0c\x02a\x00", NULL } } },
/* 0001 */	{ NULL, {.ID = 2, .flag = 0x8b, .kind = XS_STRING_X_KIND}, .value = { .string = "say \"hi\"" } },
/* 0002 */	{ NULL, {.ID = 3, .flag = 0x8b, .kind = XS_CODE_X_KIND}, .value = { .code = { (txByte*)(gxNoCode), NULL } } }
};
static const txSlot gxStack[mxStackCount] = {
	{ NULL, {.ID = XS_NO_ID, .flag = 0x0, .kind = XS_STRING_X_KIND}, .value = { .string = "abc" } }
};
static const txSlot* const gxKeys[mxKeysCount] ICACHE_FLASH1_ATTR = {
};
static const txPreparation gxPreparation = {
	mxScriptsCount,
	704,
	{ 1536, 512, 512, 64, 512, 32, 32, 53, 3, 1024, 17, 94208, 0},
	"hosts/esp32/main",
};
`;

describe("the linked archive", () => {
  it("is measured: modules, bytecode, slots, keys, ROM, memory", () => {
    const archive = readArchive(source);
    assert.deepEqual(
      [...archive.modules],
      [
        ["timer", true],
        ["hosts/esp32/main", false],
        ["src/agent/agent", true],
      ],
    );
    assert.equal(archive.bytecodeBytes, 10 + 4);
    assert.equal(archive.slots, 4);
    assert.equal(archive.keys, 2);
    // Slots, then each literal with its NUL, then the bytecode apart, then the key tables.
    assert.equal(archive.romBytes, 4 * 16 + (5 + 9 + 4) + 10 + 2 * 6);
    assert.equal(archive.heapBytes, 94_208);
    assert.deepEqual(archive.frozenContainers, []);
  });

  it("shows containers that a preloaded module has made", () => {
    const kind = ".kind = XS_STRING_X_KIND";
    for (const container of ["ARRAY_BUFFER", "MAP", "SET", "WEAK_MAP", "WEAK_SET"]) {
      const { frozenContainers } = readArchive(
        source.replace(kind, `.kind = XS_${container}_KIND`),
      );
      assert.deepEqual(frozenContainers, [container]);
    }
  });

  it("is refused if it is not xsl's", () => {
    assert.throws(() => readArchive("int main() {}"), /in the linked archive/);
    assert.throws(() => readArchive(source.replace("mxKeysCount 2", "mxKeysCount x")), /mxKeys/);
  });
});
