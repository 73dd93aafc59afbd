import assert from "node:assert/strict";

import type CertificateManager from "../../../../hosts/esp32/tls/certificates.js";
import "../moddable/register.js";
import { encode, modulus, type FakeCertificate } from "../moddable/x509.js";

const name = "service.test";
const dns = (value: string) => [{ tag: 2, value }];
const authority: FakeCertificate = { key: "root", signedBy: "root", authority: true };
const server: FakeCertificate = { names: dns(name), key: "server", signedBy: "root" };
const middle: FakeCertificate = { key: "middle", signedBy: "root", authority: true };
const below: FakeCertificate = { ...server, signedBy: "middle" };
const past = Date.UTC(2020, 0);
const future = Date.UTC(2100, 0);

describe("the server's certificates", () => {
  let Manager: typeof CertificateManager;

  before(async () => {
    ({ default: Manager } = await import("../../../../hosts/esp32/tls/certificates.js"));
  });

  /** Whether the chain is believed; the session is told so, too, or not. */
  function believes(chain: readonly FakeCertificate[], asked = name, pinned = authority): boolean {
    let told = 0;
    const manager = new Manager({ certificate: encode(pinned), onBelieved: () => (told += 1) });
    const believed = manager.verify(chain.map(encode), { tls_server_name: asked });
    assert.equal(told, believed ? 1 : 0);
    return believed;
  }

  it("are believed if they lead to the authority, with or without it at their end", () => {
    assert(believes([server]));
    assert(believes([server, authority]));
    assert(believes([below, middle]));
    assert(believes([below, middle, authority]));
  });

  const forgeries: readonly (readonly [what: string, chain: readonly FakeCertificate[]])[] = [
    ["none at all", []],
    ["one that another authority signed", [{ ...server, signedBy: "other" }]],
    ["one that signed itself", [{ ...server, signedBy: "server" }]],
    ["one that nobody signed, before the authority's", [{ ...server, signedBy: "x" }, authority]],
    ["one before a stranger's good one", [{ ...server, signedBy: "x" }, middle, authority]],
    [
      "one signed by a server",
      [
        { ...below, signedBy: "a" },
        { key: "a", signedBy: "root" },
      ],
    ],
    [
      "one signed by what says that it is no authority",
      [
        { ...below, signedBy: "a" },
        { key: "a", signedBy: "root", authority: false },
      ],
    ],
    ["one for another name", [{ ...server, names: dns("other.test") }]],
    ["one without a name", [{ key: "server", signedBy: "root" }]],
    ["one that has expired", [{ ...server, from: 0, to: past }]],
    ["one that is not yet good", [{ ...server, from: future }]],
    ["one below another that has expired", [below, { ...middle, to: past }]],
    ["one signed with SHA-1", [{ ...server, algorithm: "1,2,840,113549,1,1,5" }]],
    ["a chain longer than any", [below, middle, middle, middle, middle]],
  ];
  for (const [what, chain] of forgeries) {
    it(`are not believed: ${what}`, () => {
      assert.equal(believes(chain), false);
    });
  }

  it("are not believed without a name to hold them to", () => {
    const manager = new Manager({
      certificate: encode(authority),
      onBelieved: () => {
        assert.fail("it was believed");
      },
    });
    assert.equal(manager.verify([encode(server)], {}), false);
  });

  it("are not believed by an authority whose key lets signatures be made up", () => {
    assert.equal(believes([server], name, { ...authority, exponent: 3 }), false);
  });

  it("may name one label by a star, and an address by its bytes", () => {
    const star = { ...server, names: dns("*.service.test") };
    assert(believes([star], "a.service.test"));
    assert(believes([star], "A.Service.Test"));
    assert.equal(believes([star], "a.b.service.test"), false);
    assert.equal(believes([star], "service.test"), false);
    assert.equal(believes([{ ...server, names: dns("s*.test") }]), false);
    const address = { ...server, names: [{ tag: 7, value: [192, 0, 2, 7] }] };
    assert(believes([address], "192.0.2.7"));
    assert.equal(believes([address], "192.0.2.8"), false);
    assert.equal(believes([{ ...server, names: [{ tag: 1, value: name }] }]), false);
  });

  it("give the key of the server that was believed", () => {
    const manager = new Manager({ certificate: encode(authority), onBelieved: () => undefined });
    assert.throws(() => manager.getKey());
    manager.register(new Uint8Array(encode(server)).buffer);
    assert.deepEqual(manager.getKey(), { modulus: modulus("server"), exponent: 65537n });
    assert.deepEqual(manager.findPreferredCert(), []);
  });
});
