import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ServiceError } from "../../../src/service/errors.js";
import { KeyVault, openKeyVault, sameLookup } from "../../../src/service/stores/key-vault.js";
import { openStorage } from "../../../src/service/stores/storage.js";
import { temporaryDirectory } from "../harness.js";

const secret = "0123456789abcdef0123456789abcdef01234567";

function isKind(kind: string): (error: unknown) => boolean {
  return (error) => error instanceof ServiceError && error.kind === kind;
}

describe("the key vault", () => {
  let directory: string;

  beforeEach(async () => {
    directory = await temporaryDirectory();
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it("opens what it sealed, and nothing that was changed", () => {
    const vault = new KeyVault(randomBytes(32));
    const sealed = vault.seal(secret, "rid");
    assert.equal(vault.open(sealed, "rid"), secret);
    assert.throws(() => vault.open(sealed, "another rid"));
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      assert.throws(() => vault.open(changed, "rid"), `byte ${at}`);
    }
  });

  it("seals the same secret differently each time", () => {
    const vault = new KeyVault(randomBytes(32));
    assert.notDeepEqual(vault.seal(secret, "rid"), vault.seal(secret, "rid"));
  });

  it("finds a secret under the same key only", () => {
    const key = randomBytes(32);
    const lookup = new KeyVault(key).lookup(secret);
    assert.ok(sameLookup(new KeyVault(key).lookup(secret), lookup));
    assert.ok(!sameLookup(new KeyVault(randomBytes(32)).lookup(secret), lookup));
    assert.ok(!sameLookup(lookup.subarray(1), lookup));
  });

  it("makes a key file that only its owner can read, and uses it again", async () => {
    const lookup = openKeyVault(directory, undefined).lookup(secret);
    const path = join(directory, "provision.key");
    assert.equal((await stat(path)).mode & 0o777, 0o600);
    assert.match(await readFile(path, "latin1"), /^[0-9a-f]{64}\n$/);
    assert.deepEqual(await readdir(directory), ["provision.key"]);
    assert.deepEqual(openKeyVault(directory, undefined).lookup(secret), lookup);
  });

  it("refuses a key file that others can read, or that holds no key", async () => {
    const path = join(directory, "provision.key");
    openKeyVault(directory, undefined);
    await chmod(path, 0o640);
    assert.throws(() => openKeyVault(directory, undefined), isKind("key-file"));
    await chmod(path, 0o600);
    await writeFile(path, "short\n");
    assert.throws(() => openKeyVault(directory, undefined), isKind("key-file"));
    assert.throws(() => openKeyVault(directory, "not hexadecimal"), isKind("key-file"));
  });

  it("makes no key file when the key is given", async () => {
    openKeyVault(directory, "ab".repeat(32));
    assert.deepEqual(await readdir(directory), []);
  });

  it("refuses a database with another key than its first", async () => {
    const storage = await openStorage({ dataDirectory: directory }, "ab".repeat(32));
    await storage.database.destroy();
    await assert.rejects(
      openStorage({ dataDirectory: directory }, "cd".repeat(32)),
      isKind("wrong-key"),
    );
    await (await openStorage({ dataDirectory: directory }, "AB".repeat(32))).database.destroy();
  });
});
