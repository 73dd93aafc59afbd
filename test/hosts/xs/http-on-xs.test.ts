// The cases of the HTTP reader once more, on the chip's engine, where primordials are frozen and
// modules preloaded: whole, byte by byte, and in pieces.

import assert from "node:assert/strict";
import { resolve } from "node:path";
import { buildSync } from "esbuild";
import { readCaseFiles } from "../../http/case-file.js";
import { forms, pack } from "../../../tools/pack/pack.js";
import { EngineRig } from "./engine-rig.js";

interface Result {
  readonly name: string;
  readonly pieceBytes: number;
  readonly log: string;
}

const program = `
import { readPieces } from "./reader.js";
import { cases } from "./cases.js";

for (const { name, requests, bytes, isClosed } of cases) {
  const stream = Uint8Array.from(bytes);
  for (const pieceBytes of [stream.length || 1, 1, 7]) {
    const pieces = [];
    for (let at = 0; at < stream.length; at += pieceBytes) {
      pieces.push(stream.subarray(at, at + pieceBytes));
    }
    const log = readPieces(requests, pieces, isClosed);
    trace(JSON.stringify({ name, pieceBytes, log }) + "\\n");
  }
}
`;

/** The reader and its log as one module without Node: as it is written, and as the chip has it. */
function readerModules(): Readonly<Record<string, string>> {
  const entryPoint = resolve("build/test/http/event-log.js");
  const { outputFiles } = buildSync({
    entryPoints: [entryPoint],
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    write: false,
  });
  const [file] = outputFiles;
  assert.ok(file);
  return { written: file.text, ...pack(entryPoint) };
}

describe("the HTTP reader on XS", function () {
  this.timeout(120_000);
  let rig: EngineRig;
  let readers: Readonly<Record<string, string>>;

  before(async function () {
    rig = await EngineRig.open(this);
    readers = readerModules();
  });
  after(() => {
    rig.close();
  });

  for (const form of ["written", ...forms]) {
    it(`reads every case as it does in Node, in any pieces (${form})`, async () => {
      const cases = readCaseFiles().flatMap((file) => file.cases);
      const plain = cases.map(({ bytes, ...rest }) => ({ ...rest, bytes: [...bytes] }));
      const { code, stdout, stderr } = await rig.run({
        "main.js": program,
        "reader.js": readers[form] ?? "",
        "cases.js": `export const cases = ${JSON.stringify(plain)};`,
      });
      assert.equal(code, 0, stderr);
      const results = stdout
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as Result);
      assert.equal(results.length, 3 * cases.length);
      assert.ok(results.some(({ log }) => log.includes("error")));
      for (const [index, { name, pieceBytes, log }] of results.entries()) {
        const expected = cases[Math.floor(index / 3)];
        assert.equal(log, expected?.log, `${name}, in pieces of ${pieceBytes}`);
      }
    });
  }
});
