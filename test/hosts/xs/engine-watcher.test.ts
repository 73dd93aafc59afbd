// A chip whose watcher dies is switched off: no engine is left behind.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { builtEngine } from "./built-engine.js";
import { EngineRig } from "./engine-rig.js";

/** Starts an engine on a program that never ends, and tells its process id. */
const watcher = `
import { spawn } from "node:child_process";
const [engine, program] = process.argv.slice(2);
const chip = spawn(engine, [program], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
process.stdout.write(String(chip.pid) + "\\n");
setInterval(() => undefined, 1000);
`;

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("the C host, whose watcher dies", function () {
  this.timeout(60_000);
  let rig: EngineRig;
  let engine: string;

  before(async function () {
    engine = await builtEngine(this);
    rig = await EngineRig.open(this);
  });
  after(() => {
    rig.close();
  });

  it("ends with it, however it dies", async () => {
    const program = rig.write("main.js", "for (;;);");
    const parent = spawn(process.execPath, [rig.write("watcher.mjs", watcher), engine, program]);
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once("data", (text: Buffer) => {
        resolve(Number(text.toString()));
      });
    });
    await sleep(100);
    assert.ok(isRunning(pid));
    parent.kill("SIGKILL");
    for (let waited = 0; waited < 100 && isRunning(pid); waited += 1) await sleep(50);
    assert.ok(!isRunning(pid), `engine ${pid} is left behind`);
  });
});
