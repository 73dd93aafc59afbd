// The PROXY protocol, version 1: the line with which a proxy at the level of TCP tells whom a
// connection is from and where it was going, before the first byte of the client's.
//
//     PROXY TCP4 192.0.2.7 198.51.100.1 56324 443\r\n        client, then where it connected to
//     PROXY UNKNOWN ...\r\n                                  the proxy's own: a health check
//
// Only for a service that nothing but its proxy can reach: whoever can connect can say anything.

import { isIP, type Socket } from "node:net";

/** The longest line there is, its end included. */
export const proxyLineBytesMax = 107;

const lineEnd = "\r\n";

/** Of a connection, as its socket has them too; undefined when it is gone. */
export interface Endpoints {
  readonly remoteAddress?: string | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

/** What a line tells; `unknown`: it tells nothing. Undefined if it is no such line. */
export function parseProxyLine(line: string): Endpoints | "unknown" | undefined {
  const [word, family, client = "", server = "", clientPort = "", serverPort = "", ...more] =
    line.split(" ");
  if (word !== "PROXY") return undefined;
  if (family === "UNKNOWN") return "unknown";
  const version = family === "TCP4" ? 4 : family === "TCP6" ? 6 : -1;
  const isRight =
    more.length === 0 &&
    isIP(client) === version &&
    isIP(server) === version &&
    isPort(clientPort) &&
    isPort(serverPort);
  if (!isRight) return undefined;
  return { remoteAddress: client, localAddress: server, localPort: Number(serverPort) };
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

/**
 * Reads the line off a new connection; what follows it stays to be read. Undefined if none comes:
 * the connection ended, took too long, or began otherwise.
 */
export function readProxyLine(
  socket: Socket,
  timeMsMax: number,
): Promise<Endpoints | "unknown" | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0);
    const finish = (endpoints: Endpoints | "unknown" | undefined): void => {
      clearTimeout(timer);
      socket.off("readable", read).off("end", fail).off("error", fail).off("close", fail);
      resolve(endpoints);
    };
    const fail = (): void => {
      finish(undefined);
    };
    const read = (): void => {
      for (;;) {
        const chunk = socket.read() as Buffer | null;
        if (chunk === null) return;
        received = Buffer.concat([received, chunk]);
        const end = received.subarray(0, proxyLineBytesMax).indexOf(lineEnd);
        if (end >= 0) {
          const rest = received.subarray(end + lineEnd.length);
          finish(parseProxyLine(received.toString("latin1", 0, end)));
          if (rest.length > 0) socket.unshift(rest);
          return;
        }
        if (received.length >= proxyLineBytesMax) {
          fail();
          return;
        }
      }
    };
    const timer = setTimeout(fail, timeMsMax);
    socket.on("readable", read).on("end", fail).on("error", fail).on("close", fail);
  });
}
