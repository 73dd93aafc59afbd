import assert from "node:assert/strict";

import type * as ConnectTLS from "../../../hosts/esp32/connect-tls.js";
import type { Platform } from "../../../src/ports/platform.js";
import type { TCPOptions } from "../../../src/ports/tcp.js";
import config from "./moddable/config.js";
import "./moddable/register.js";
import FakeSession from "./moddable/session.js";
import FakeTimer from "./moddable/timer.js";

describe("connecting over TLS on the chip", () => {
  let module: typeof ConnectTLS;
  const { now } = Date;
  const asked: string[] = [];
  const lines: string[] = [];
  const calls: string[] = [];
  const platform = {
    log: (line: string) => lines.push(line),
    resolve: (name: string) => asked.push(name),
  } as unknown as Platform;
  const options: TCPOptions = {
    address: "192.0.2.7",
    host: "service.test",
    port: 443,
    onReadable: () => undefined,
    onWritable: () => undefined,
    onError: (reason) => calls.push(`error: ${reason ?? "none"}`),
  };

  before(async () => {
    module = await import("../../../hosts/esp32/connect-tls.js");
  });

  beforeEach(() => {
    FakeTimer.pending = [];
    forget();
    asked.length = lines.length = calls.length = 0;
  });

  afterEach(() => {
    Date.now = now;
    for (const name of Object.keys(config)) Reflect.deleteProperty(config, name);
  });

  function forget(): void {
    FakeSession.last = undefined;
  }

  function sessions(): number {
    return FakeSession.last === undefined ? 0 : 1;
  }

  /** The name and the certificate's resource that the last session was given. */
  function lastTrust(): unknown[] {
    const { last } = FakeSession;
    assert(last !== undefined);
    const certificate = new TextDecoder().decode(last.options["certificate"] as Uint8Array);
    return [last.options["serverName"], certificate];
  }

  it("uses the port of HTTPS and the defaults of its configuration", () => {
    assert.equal(module.servicePort, 443);
    module.openConnect(platform)(options);
    assert.deepEqual(asked, ["pool.ntp.org"]);
    assert.deepEqual(lastTrust(), ["service.test", "ca.der"]);
  });

  it("takes certificate, name and time server from the configuration", () => {
    Object.assign(config, { tlsCertificate: "own.der", tlsServerName: "a.test", timeServer: "t" });
    module.openConnect(platform)(options);
    assert.deepEqual(asked, ["t"]);
    assert.deepEqual(lastTrust(), ["a.test", "own.der"]);
  });

  it("does not connect before the time is known, and says why", () => {
    const connect = module.openConnect(platform);
    Date.now = () => 5000;
    FakeTimer.pending = [];
    const connection = connect(options);
    assert.deepEqual([calls, lines], [[], ["TLS: waiting for the time"]]);
    FakeTimer.fire();
    assert.deepEqual(calls, ["error: the clock is not set yet, and a certificate has dates"]);
    assert.equal(sessions(), 0);
    assert.throws(() => {
      connection.write(Uint8Array.of(1));
    }, /not connected/);
    connection.close();
    Date.now = now;
    connect(options);
    assert.equal(sessions(), 1);
  });
});
