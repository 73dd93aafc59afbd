// Which releases are taken, beyond the ordinary: odd versions, odd ids, fixed contents.

import assert from "node:assert/strict";
import { makeImage, sha256Hex, slotBytes, World } from "../support/world.js";

const hourMs = 3_600_000;

/** Lives for hours and tells how often the chip booted. */
function bootsOf(world: World, hours = 6): number {
  world.chip.powerOn();
  world.time.runUntil(() => world.chip.boots > 10, hours * hourMs);
  return world.chip.boots;
}

describe("an update", () => {
  it("to a version that is no semantic one is taken once, not for ever", () => {
    const world = new World({ agent: { release: { kind: "fixed", id: "stable" } } });
    const bytes = makeImage({ version: "v1.1-4-gabcdef" });
    world.service.contents.set("stable", { bytes, meta: "", timestampSeconds: 1 });
    assert.equal(bootsOf(world), 2);
    assert.equal(world.confirmedVersion, "v1.1-4-gabcdef");
  });

  it("to an image that tells its version with a letter before it is taken once", () => {
    const world = new World();
    world.publish("1.1.0", makeImage({ version: "v1.1.0" }), "");
    assert.equal(bootsOf(world), 2);
    assert.equal(world.confirmedVersion, "v1.1.0");
  });

  it("goes from pre-release to pre-release to release", () => {
    const world = new World();
    world.publish("1.1.0-rc.9");
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0-rc.9");
    for (const version of ["1.1.0-rc.10", "1.1.0"]) {
      world.publish(version);
      world.chip.agent?.checkNow();
      world.liveUntilUpdatedTo(version);
    }
  });

  it("goes back to an older release only if told so, and then once", () => {
    for (const allowOlder of [false, true]) {
      const world = new World({ agent: { allowOlder } });
      world.publish("0.9.0");
      assert.equal(bootsOf(world), allowOlder ? 2 : 1);
      assert.equal(world.confirmedVersion, allowOlder ? "0.9.0" : "1.0.0");
    }
  });

  it("refuses an image that is older inside than its id promises", () => {
    const world = new World();
    world.publish("1.1.0", makeImage({ version: "0.9.0" }), "");
    assert.equal(bootsOf(world), 1);
    assert.match(world.status.reason, /older than the running one/);
    assert.deepEqual(world.erasedBlocks(1), []);
  });

  const crossings = [
    { what: "a chip", project: "xs_esp32", other: "lamp-sim", of: "the simulated chip" },
    { what: "a simulated chip", project: "lamp-sim", other: "xs_esp32", of: "a chip" },
  ];
  for (const { what, project, other, of } of crossings) {
    it(`never lets ${what} take an image of ${of}, and says why`, () => {
      const world = new World({ project });
      world.publish("1.1.0", makeImage({ version: "1.1.0", project: other }));
      assert.equal(bootsOf(world), 1);
      const why = `it is of project "${other}", not "${project}"`;
      assert(world.log.some((line) => line.includes(why)));
      assert.deepEqual(world.erasedBlocks(1), []);
    });
  }

  it("does not start what was replaced while it was verified", () => {
    const world = new World();
    const image = world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilState("verifying");
    const other = makeImage({ version: "1.1.0", project: "lamp-sim", bytes: image.length });
    other[1000] = (other[1000] ?? 0) ^ 1;
    const meta = `version=1.1.0&sha256=${sha256Hex(other)}`;
    world.service.contents.set("lamp-1.1.0", { bytes: other, meta, timestampSeconds: 9 });
    world.liveUntilState("idle");
    // The new one is no image; what was there before is not started either.
    assert.deepEqual([world.chip.boots, world.confirmedVersion], [1, "1.0.0"]);
    assert.match(world.status.reason, /rejected before/);
  });

  it("keeps what an image says of itself out of the log's lines", () => {
    for (const text of ["two\nlines", "\u001b[2J"]) {
      for (const image of [
        makeImage({ version: "1.1.0", project: text }),
        makeImage({ version: text }),
      ]) {
        const world = new World();
        world.publish("1.1.0", image);
        assert.equal(bootsOf(world), 1);
        assert.match(world.status.reason, /rejected before/);
        for (const line of world.log) assert.match(line, /^[^\u0000-\u001f]*$/);
      }
    }
  });

  it("takes a SHA-256 in upper case, and the newest of ten thousand contents", () => {
    const world = new World({ agent: { pollIntervalMs: 24 * hourMs } });
    const image = makeImage({ version: "1.2.0" });
    for (let patch = 1; patch <= 10_000; patch += 1) {
      const id = patch % 2 === 0 ? `lamp-1.1.${patch}` : `fan-9.9.${patch}`;
      world.service.contents.set(id, { bytes: image, meta: "", timestampSeconds: 1 });
    }
    const meta = `version=1.2.0&sha256=${sha256Hex(image).toUpperCase()}`;
    world.service.contents.set("lamp-1.2.0", { bytes: image, meta, timestampSeconds: 1 });
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.2.0");
  });

  it("asks for ids with odd characters as they are", () => {
    const id = "a b+c&d=e%f?g#h/ü";
    const world = new World({ agent: { release: { kind: "fixed", id } } });
    const bytes = makeImage({ version: "1.1.0" });
    world.service.contents.set(id, { bytes, meta: "version=1.1.0", timestampSeconds: 1 });
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0");
  });

  it("fills a slot to its last byte, in any chunks", () => {
    for (const chunkBytes of [256, 4097, 65_536]) {
      const world = new World({ agent: { chunkBytes } });
      const image = world.publish("1.1.0", makeImage({ version: "1.1.0", bytes: slotBytes }));
      assert.equal(image.length, slotBytes);
      world.chip.powerOn();
      world.liveUntilUpdatedTo("1.1.0");
      assert.deepEqual(world.slotContent(1, slotBytes), image);
    }
  });

  it("is no update if the image is 288 bytes long: it is rejected, after three looks", () => {
    const world = new World();
    world.publish("1.1.0", makeImage({ version: "1.1.0" }).slice(0, 288));
    assert.equal(bootsOf(world), 1);
    assert.match(world.status.reason, /rejected before/);
    assert.equal(world.fetchedBytes, 3 * 288);
  });

  it("survives a key that is replaced in the middle of the download", () => {
    const world = new World();
    const image = world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.fetchedBytes > 20_000);
    world.service.ciks.clear();
    world.service.enabled.add("0001");
    world.liveUntilUpdatedTo("1.1.0");
    assert.equal(world.service.activations, 2);
    assert.equal(world.cik, world.service.ciks.get("0001"));
    assert.ok(world.fetchedBytes - image.length < 4096 + 4096);
  });

  it("survives a 401 and a 403 to one range, and keeps its key", () => {
    for (const status of [401, 403]) {
      const world = new World();
      world.publish("1.1.0");
      let ranges = 0;
      world.service.bend = (request, answer) =>
        request.fields.has("range") && ++ranges === 4 ? { ...answer, status } : answer;
      world.chip.powerOn();
      world.liveUntilUpdatedTo("1.1.0");
      assert.equal(world.service.activations, 1);
      assert.equal(world.cik, world.service.ciks.get("0001"));
    }
  });

  it("waits as long as Retry-After says, but never longer than the cap", () => {
    const world = new World();
    world.publish("1.1.0");
    let isOver = false;
    world.service.bend = (request, answer) =>
      isOver || !request.fields.has("range")
        ? answer
        : { status: 503, fields: [["Retry-After", "99999999999"]], body: new Uint8Array(0) };
    world.chip.powerOn();
    world.liveUntilState("downloading");
    world.time.runUntil(() => false, world.time.nowMs + 800_000);
    assert.ok(world.requests <= 3 + 4, `${world.requests} requests`);
    isOver = true;
    world.liveUntilUpdatedTo("1.1.0", 200_000);
  });
});
