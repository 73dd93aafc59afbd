// Timers, as the SDK's `timer` module has them.

import { strict as assert } from "node:assert";

import { EngineRig } from "./engine-rig.js";

describe("the C host, timers", () => {
  let rig: EngineRig;

  before(async function () {
    rig = await EngineRig.open(this);
  });

  after(() => {
    rig.close();
  });

  async function traces(program: string): Promise<string> {
    const outcome = await rig.run(`import Timer from "timer"; ${program}`);
    assert.equal(outcome.code, 0, outcome.stderr);
    return outcome.stdout;
  }

  it("fires in the order of time, and of setting within one moment", async () => {
    const program = `
      Timer.set(() => trace("30 "), 30);
      for (const name of ["a", "b", "c"]) Timer.set(() => trace(name, " "), 10);
      Timer.set(() => trace("0 "));
      trace("now ");`;
    assert.equal(await traces(program), "now 0 a b c 30 ");
  });

  it("runs promise jobs after each callback", async () => {
    const program = `
      const say = (name) => () => { trace(name); Promise.resolve().then(() => trace(name, "' ")) };
      Timer.set(say("a"), 1); Timer.set(say("b"), 1);`;
    assert.equal(await traces(program), "aa' bb' ");
  });

  it("repeats until cleared, and passes the timer", async () => {
    const program = `
      let n = 0;
      const timer = Timer.repeat((it) => {
        trace(it === timer, ++n, " ");
        if (n === 3) Timer.clear(it);
      }, 2);`;
    assert.equal(await traces(program), "true1 true2 true3 ");
  });

  it("waits the first delay, then the repeat", async () => {
    const program = `
      import Boot from "embedded:x-chip/boot";
      // Counted from the start: repeats do not drift, so one after a late one comes sooner.
      const start = Boot.ticks();
      let calls = 0;
      Timer.set((it) => {
        calls++;
        if (calls === 2) { trace(Boot.ticks() - start >= 40); Timer.clear(it); }
      }, 1, 40);`;
    assert.equal(await traces(program), "true");
  });

  it("does not fire a timer that another callback has cleared", async () => {
    const program = `
      Timer.set(() => { trace("first"); Timer.clear(second) }, 1);
      const second = Timer.set(() => trace("second"), 1);`;
    assert.equal(await traces(program), "first");
  });

  it("takes clearing twice, clearing the fired, and clearing nothing", async () => {
    const program = `
      const fired = Timer.set(() => {}, 1);
      Timer.set(() => { Timer.clear(fired); Timer.clear(fired); Timer.clear(undefined); Timer.clear();
        trace("fine") }, 5);`;
    assert.equal(await traces(program), "fine");
  });

  it("pauses and schedules anew", async () => {
    const program = `
      const timer = Timer.set(() => trace("fired "), 5);
      Timer.schedule(timer);
      Timer.set(() => { trace("still "); Timer.schedule(timer, 5) }, 20);`;
    assert.equal(await traces(program), "still fired ");
  });

  it("keeps a timer that nobody holds, through garbage collections", async () => {
    const program = `
      for (let i = 0; i < 20; i++) Timer.set(() => trace(i, " "), i);
      for (let i = 0; i < 20000; i++) ({ i });`;
    assert.equal(await traces(program), Array.from({ length: 20 }, (_, i) => `${i} `).join(""));
  });

  it("refuses what is no callback and what is no delay", async () => {
    for (const wrong of ["Timer.set(1)", "Timer.set(() => {}, -1)", "Timer.set(() => {}, 1e12)"]) {
      const { code } = await rig.run(`import Timer from "timer"; ${wrong};`);
      assert.equal(code, 13, wrong);
    }
  });
});
