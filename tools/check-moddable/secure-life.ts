// One update over TLS on the SDK's simulator, against the service behind a proxy; before it, servers
// that must not be believed.

import { createServer, type AddressInfo } from "node:net";
import { Authority, type ServerIdentity } from "./certificates.js";
import { makeDevice, openBackend, release, type LifeOptions } from "./life.js";
import { Simulator, type MemoryPeaks } from "./simulator.js";
import { TLSProxy } from "./tls-proxy.js";

/** What the app was built to hold the server to. */
export const serverName = "service.test";

export interface SecureLifeReport {
  /** What each server had that was refused. */
  readonly refused: readonly string[];
  readonly peaks: MemoryPeaks;
}

export interface SecureLifeOptions extends LifeOptions {
  /** The one that the app was built with. */
  readonly authority: Authority;
  /** For keys and certificates. */
  readonly folder: string;
}

/** A record of TLS that closes: content type alert, version 1.2, close_notify. */
const closeRecord = Buffer.from([0x15, 3, 3, 0, 2, 1, 0]);
const handshakeType = 0x16;
const giveUp = /waiting before the next try/;

/** Throws an Error that says what went wrong. */
export async function liveSecurely(options: SecureLifeOptions): Promise<SecureLifeReport> {
  const { authority, folder } = options;
  const other = Authority.create(folder, "other");
  const self = other.sign(serverName);
  const [selfOwn = ""] = self.chain.split(other.text);
  const impostors: readonly (readonly [what: string, identity: ServerIdentity])[] = [
    ["another authority", self],
    [
      "a certificate that nobody signed, before the authority's",
      { ...self, chain: selfOwn + authority.text },
    ],
    ["another name", authority.sign("other.test")],
  ];
  const refused: string[] = [];
  for (const [what, identity] of impostors) {
    await refuse(options, what, identity);
    refused.push(what);
  }
  await refuseClose(options);
  refused.push("a close in the handshake");
  const peaks = await update(options, authority.sign(serverName));
  return { refused, peaks };
}

async function refuse(
  { sdk, screen, library, flashFile }: SecureLifeOptions,
  what: string,
  identity: ServerIdentity,
): Promise<void> {
  const backend = await openBackend(flashFile);
  const proxy = await TLSProxy.open(backend.port, identity);
  const simulator = new Simulator({ sdk, screen, library });
  try {
    const device = makeDevice(flashFile, proxy.port);
    let reason = "";
    await simulator.until(what, (line) => {
      if (line.startsWith("TLS: ")) reason = line;
      return giveUp.test(line);
    });
    if (proxy.connections > 0 || device.hasCik) throw new Error(`${what} was believed`);
    if (!reason.includes("auth err")) throw new Error(`${what} was refused for "${reason}"`);
  } finally {
    simulator.close();
    await proxy.close();
    await backend.close();
  }
}

/** Nothing but its handshake may leave the device. */
async function refuseClose({ sdk, screen, library, flashFile }: SecureLifeOptions): Promise<void> {
  const received: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      received.push(bytes);
      socket.write(closeRecord);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const simulator = new Simulator({ sdk, screen, library });
  try {
    makeDevice(flashFile, (server.address() as AddressInfo).port);
    await simulator.until("a close in the handshake", (line) => giveUp.test(line));
    const bytes = Buffer.concat(received);
    if (bytes[0] !== handshakeType) throw new Error("no handshake was begun");
    if (bytes.includes("HTTP")) throw new Error("a request was sent in the clear");
  } finally {
    simulator.close();
    server.close();
  }
}

async function update(
  { sdk, screen, library, flashFile }: SecureLifeOptions,
  identity: ServerIdentity,
): Promise<MemoryPeaks> {
  const backend = await openBackend(flashFile);
  const proxy = await TLSProxy.open(backend.port, identity);
  const simulator = new Simulator({ sdk, screen, library });
  try {
    makeDevice(flashFile, proxy.port);
    await backend.publish(release("1.1.0"));
    await simulator.until("1.1.0 over TLS", (line) => line === "1.1.0 up to date");
    return simulator.peaks;
  } finally {
    simulator.close();
    await proxy.close();
    await backend.close();
  }
}
