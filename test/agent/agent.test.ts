// Whole lives of one device on virtual time: the ordinary one, and what its users will meet.

import assert from "node:assert/strict";
import { sectorBytes } from "../../src/ports/flash.js";
import { World } from "../support/world.js";

describe("a device's life", () => {
  it("activates, updates, restarts, confirms", () => {
    const world = new World();
    const image = world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0");
    assert.equal(world.cik, world.service.ciks.get("0001"));
    assert.equal(world.service.activations, 1);
    assert.deepEqual(world.slotContent(1, image.length), image);
    assert.equal(world.chip.slot, 1);
    assert.equal(world.chip.boots, 2);
    assert.equal(world.fetchedBytes, image.length);
  });

  it("updates again, back into the first slot", () => {
    const world = new World();
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0");
    const image = world.publish("1.2.0");
    world.chip.agent?.checkNow();
    world.liveUntilUpdatedTo("1.2.0");
    assert.deepEqual(world.slotContent(0, image.length), image);
    assert.equal(world.chip.slot, 0);
    assert.equal(world.service.activations, 1);
  });

  it("uses one connection from the first list to the last byte, with ranges in flight", () => {
    const world = new World();
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilState("verifying");
    assert.equal(world.network.connections, 1);
    assert.ok(world.service.inFlightMax >= 2, `${world.service.inFlightMax} in flight`);
  });

  it("erases each sector of the image once", () => {
    const world = new World();
    const image = world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilState("verifying");
    const sectors = Math.ceil(image.length / sectorBytes);
    assert.deepEqual(
      world.erasedBlocks(1),
      Array.from({ length: sectors }, (_, sector) => sector),
    );
  });

  it("stays where it is when nothing is newer, and keeps asking at its interval", () => {
    const world = new World({ agent: { pollIntervalMs: 600_000 } });
    world.publish("1.0.0");
    world.chip.powerOn();
    world.liveUntilState("idle");
    const { requests } = world;
    world.liveUntil(() => world.requests === requests + 6, 3 * 3_600_000);
    assert.ok(world.time.nowMs > 50 * 60_000);
    assert.equal(world.fetchedBytes, 0);
  });

  it("stops cleanly in the middle of a download and goes on from there at the next start", () => {
    const world = new World({ watchdogMs: Infinity });
    const image = world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.fetchedBytes > 20_000);
    world.chip.agent?.stop();
    const atStop = world.fetchedBytes;
    assert.equal(
      world.time.runUntil(() => false, world.time.nowMs + 3_600_000),
      false,
    );
    assert.equal(world.fetchedBytes, atStop);
    world.chip.agent?.start();
    world.liveUntilUpdatedTo("1.1.0");
    assert.ok(world.fetchedBytes - image.length < sectorBytes);
  });
});

describe("identity", () => {
  for (const key of ["vendor", "model", "sn"]) {
    it(`says that "${key}" is missing, and goes on once the factory has written it`, () => {
      const world = new World();
      const store = world.stores.open("provision");
      const value = store.read(key) ?? "";
      store.delete(key);
      world.chip.powerOn();
      world.liveUntilState("unidentified");
      assert.match(world.status.reason, new RegExp(`"${key}"`));
      assert.equal(world.status.waitsForHuman, true);
      store.write(key, value);
      world.liveUntilState("idle");
    });
  }

  it("takes the MAC address for a serial if the product says so", () => {
    const world = new World({ agent: { identity: { serialFromMac: { format: "mac:48" } } } });
    world.stores.open("provision").delete("sn");
    world.service.enabled.add("02:00:00:00:00:01");
    world.chip.powerOn();
    world.liveUntilState("idle");
    assert.ok(world.service.ciks.has("02:00:00:00:00:01"));
  });
});

describe("activation", () => {
  it("tells why it gets no CIK, and heals when the vendor enables the serial", () => {
    const world = new World();
    world.service.enabled.clear();
    world.chip.powerOn();
    world.liveUntilState("refused");
    assert.match(world.status.reason, /not enabled.* \(409\): enable serial 0001 of model lamp$/);
    // Nothing was lost, and nothing is said to be, at the next try and after a reset.
    world.chip.agent?.checkNow();
    world.liveUntil(() => world.status.state === "refused");
    world.chip.powerOn("power-on");
    world.liveUntilState("refused");
    assert.match(world.status.reason, /not enabled/);
    assert.equal(world.status.waitsForHuman, true);
    world.service.enabled.add("0001");
    world.liveUntilState("idle");
    assert.equal(world.cik, world.service.ciks.get("0001"));
  });

  it("heals after a lost answer as soon as the serial is enabled again", () => {
    const world = new World();
    let lose = true;
    world.service.bend = (request, answer) => {
      if (!lose || !request.path.endsWith("activate")) return answer;
      lose = false;
      return (socket) => {
        socket.reset();
      };
    };
    world.chip.powerOn();
    world.liveUntilState("refused");
    assert.equal(world.cik, undefined);
    const whatToDo = /answer.* lost.* \(409\): enable serial 0001 of model lamp again/;
    assert.match(world.status.reason, whatToDo);
    // As long as it takes, whatever happens to the device meanwhile.
    world.time.runUntil(() => false, world.time.nowMs + 24 * 3_600_000);
    world.chip.powerOn("power-on");
    world.liveUntilState("refused");
    assert.match(world.status.reason, whatToDo);
    world.service.enabled.add("0001");
    world.liveUntilState("idle");
    assert.equal(world.cik, world.service.ciks.get("0001"));
  });

  it("keeps the old CIK while the service refuses a new one, and replaces it in the end", () => {
    const world = new World();
    world.chip.powerOn();
    world.liveUntilState("idle");
    const old = world.cik;
    world.service.ciks.clear();
    world.chip.agent?.checkNow();
    world.liveUntilState("refused");
    assert.equal(world.cik, old);
    world.service.enabled.add("0001");
    world.liveUntilState("idle");
    assert.notEqual(world.cik, old);
    assert.equal(world.cik, world.service.ciks.get("0001"));
  });

  it("does not ask for a CIK that flash has no room for", () => {
    const world = new World();
    world.stores.bytesMax = world.stores.bytes + 20;
    world.chip.powerOn();
    world.liveUntilState("backing-off");
    assert.match(world.status.reason, /no room/);
    assert.equal(world.service.activations, 0);
    world.stores.bytesMax = Infinity;
    world.liveUntilState("idle");
  });

  it("takes nothing but 40 letters and digits for a CIK", () => {
    const world = new World();
    let lies = 3;
    world.service.bend = (request, answer) => {
      if (!request.path.endsWith("activate") || lies === 0) return answer;
      lies -= 1;
      world.service.enabled.add("0001");
      return { ...answer, body: answer.body.slice(lies + 1) };
    };
    world.chip.powerOn();
    world.liveUntilState("idle");
    assert.equal(world.cik, world.service.ciks.get("0001"));
    assert.equal(world.service.activations, 4);
  });

  it("never shows the CIK in a log line", () => {
    const world = new World();
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilUpdatedTo("1.1.0");
    const { cik } = world;
    assert.ok(cik);
    assert.ok(world.log.length > 5);
    for (const line of world.log) assert.ok(!line.includes(cik), line);
  });
});

describe("the product's hooks", () => {
  it("can refuse a release, which is then not asked for again", () => {
    const world = new World({ agent: { hooks: { refuseRelease: () => "not for this region" } } });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilState("idle");
    assert.equal(world.fetchedByAnotherLook(), 0);
    assert.deepEqual(world.erasedBlocks(1), []);
  });

  it("can put off the restart", () => {
    let busy = true;
    const world = new World({ agent: { hooks: { mayRestart: () => !busy } } });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntilState("restarting");
    assert.equal(
      world.time.runUntil(() => world.chip.boots > 1, world.time.nowMs + 3_600_000),
      false,
    );
    busy = false;
    world.liveUntilUpdatedTo("1.1.0");
  });

  it("can fail the self-test of a new image, which is then given up for good", () => {
    const world = new World({ agent: { hooks: { selfTest: (done) => done(false) } } });
    world.publish("1.1.0");
    world.chip.powerOn();
    world.liveUntil(() => world.chip.boots === 3);
    world.liveUntilState("idle");
    assert.equal(world.confirmedVersion, "1.0.0");
    assert.equal(world.fetchedByAnotherLook(), 0);
  });
});
