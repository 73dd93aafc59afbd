// A TLS proxy before a service, as a vendor would set one up: TLS 1.2 outside, plain bytes inside.

import { connect, type AddressInfo, type Server } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { ServerIdentity } from "./certificates.js";

/** Key exchange by RSA: what hosts/esp32/tls allows (README.md there). */
const ciphers = "AES128-GCM-SHA256:AES128-SHA256";
const version = "TLSv1.2";

export class TLSProxy {
  readonly port: number;
  /** Handshakes that came to their end. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<TLSSocket>();

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  /** Listens on a free port of the loopback. */
  static async open(serverPort: number, { chain, key }: ServerIdentity): Promise<TLSProxy> {
    const server = createServer({
      ...{ cert: chain, key, ciphers, honorCipherOrder: true },
      ...{ minVersion: version, maxVersion: version },
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new TLSProxy(server);
    server.on("secureConnection", (device) => {
      proxy.#join(device, serverPort);
    });
    return proxy;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  #join(device: TLSSocket, serverPort: number): void {
    this.connections += 1;
    this.#sockets.add(device);
    const server = connect({ host: "127.0.0.1", port: serverPort, noDelay: true });
    device.pipe(server);
    server.pipe(device);
    for (const [one, other] of [
      [device, server],
      [server, device],
    ] as const) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    device.on("close", () => this.#sockets.delete(device));
  }
}
