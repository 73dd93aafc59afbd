import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { BatchFolder, readBatchId } from "../../src/factory/batch-folder.js";
import { imageFileName } from "../../src/factory/image-file-name.js";
import { isSerial } from "../../src/protocol/paths.js";
import { anyIdentity } from "./any-identity.js";

const id = "0123456789ab";
const terms = { vendor: "acme", model: "lamp", host: null };

function image(serial: string): { serial: string; bytes: Buffer } {
  return { serial, bytes: Buffer.from(`image of ${serial}`) };
}

describe("the folder of a batch", () => {
  let path: string;

  beforeEach(() => {
    path = join(mkdtempSync(join(tmpdir(), "batch-")), "batch");
  });
  afterEach(() => {
    rmSync(join(path, ".."), { recursive: true });
  });

  /** Opens the batch, does something, closes it. */
  function at<T>(work: (folder: BatchFolder) => T): T {
    const folder = new BatchFolder(path, id, terms);
    try {
      return work(folder);
    } finally {
      folder.close();
    }
  }

  it("lists what it issues, as sha256sum does", () => {
    at((folder) => folder.issue(["1", "00:1B"].map(image)));
    const lines = ["1", "00:1B"].map((serial) => {
      const hash = createHash("sha256").update(image(serial).bytes).digest("hex");
      return `${hash}  ${imageFileName(serial)}\n`;
    });
    assert.equal(readFileSync(join(path, "SHA256SUMS"), "utf8"), lines.join(""));
    assert.deepEqual(readFileSync(join(path, "00+1B.bin")), image("00:1B").bytes);
    assert.equal(readBatchId(path, terms), id);
  });

  it("never issues a serial twice, also when its image was taken away", () => {
    at((folder) => folder.issue([image("1")]));
    renameSync(join(path, "1.bin"), join(path, "..", "1.bin"));
    at((folder) => {
      assert.ok(folder.isIssued("1"));
      assert.equal(folder.issuedCount, 1);
      assert.throws(() => folder.issue([image("1")]), /issued already/);
      folder.issue([image("2")]);
    });
    assert.ok(!existsSync(join(path, "1.bin")));
    assert.ok(existsSync(join(path, "2.bin")));
  });

  it("forgets a part that a cut left before it was listed", () => {
    at((folder) => folder.issue([image("1")]));
    writeFileSync(join(path, ".2.bin.part"), "half");
    at((folder) => {
      assert.ok(!folder.isIssued("2"));
      folder.issue([image("2")]);
    });
    assert.deepEqual(readFileSync(join(path, "2.bin")), image("2").bytes);
  });

  it("gives a part its name that a cut left behind the listing", () => {
    at((folder) => folder.issue([image("1")]));
    renameSync(join(path, "1.bin"), join(path, ".1.bin.part"));
    at(() => undefined);
    assert.deepEqual(readFileSync(join(path, "1.bin")), image("1").bytes);
    assert.ok(!existsSync(join(path, ".1.bin.part")));
  });

  it("does not count a line that a cut left without its end, at any byte", () => {
    at((folder) => folder.issue([image("1"), image("2")]));
    const list = join(path, "SHA256SUMS");
    const whole = readFileSync(list);
    const first = whole.indexOf("\n") + 1;
    for (let length = first; length < whole.length; length += 1) {
      truncateSync(list, length);
      renameSync(join(path, "2.bin"), join(path, ".2.bin.part"));
      at((folder) => {
        assert.deepEqual([folder.isIssued("1"), folder.isIssued("2")], [true, false]);
        folder.issue([image("2")]);
      });
      assert.ok(readFileSync(list).equals(whole), `cut at ${length}`);
    }
  });

  it("refuses other terms, another batch, and a list that is none", () => {
    at(() => undefined);
    const other = { ...terms, host: "a.b" };
    assert.throws(
      () => readBatchId(path, other),
      /is a batch in which the host is none, and here it is "a\.b": use the same/,
    );
    assert.throws(() => new BatchFolder(path, "ba9876543210", terms), /another batch/);
    appendFileSync(join(path, "SHA256SUMS"), "nonsense\n");
    assert.throws(() => at(() => undefined), /line 1 is no/);
    writeFileSync(join(path, "batch.json"), "{");
    assert.throws(() => readBatchId(path, terms), /batch\.json is damaged/);
  });

  it("lets one command in at a time, and tells what is in the way", () => {
    const folder = new BatchFolder(path, id, terms);
    assert.throws(() => at(() => undefined), /another command works in .*: wait for it$/);
    writeFileSync(join(path, "3.bin"), "mine");
    assert.equal(folder.obstacle("3"), join(path, "3.bin"));
    assert.equal(folder.obstacle("4"), undefined);
    folder.close();
    at(() => undefined);
    assert.ok(!readdirSync(path).some((name) => name.endsWith(".part")));
  });
});

describe("the file of a serial", () => {
  it("is a plain name on any system, and no other serial's", () => {
    const anySerial = anyIdentity.map(({ sn }) => sn ?? "..").filter(isSerial);
    fc.assert(
      fc.property(anySerial, anySerial, (one, other) => {
        assert.match(imageFileName(one), /^[A-Za-z0-9_=+][A-Za-z0-9._~ +-]*\.bin$/);
        assert.equal(imageFileName(one) === imageFileName(other), one === other);
      }),
    );
    assert.equal(imageFileName(".."), "=...bin");
  });
});
