// How the agent reaches its service: over TLS, trusting one authority.
//
// Of the manifest's `config`:
//   tlsCertificate  the resource that holds the authority's certificate, DER: "ca.der"
//   tlsServerName   what the server's certificate must name, if not the host connected to
//   timeServer      the time server: "pool.ntp.org"

import config from "mc/config";
import Resource from "Resource";
import Timer from "timer";
import type { Connect } from "../../src/ports/tcp.js";
import type { Platform } from "../../src/ports/platform.js";
import { SecureConnection } from "./tls/connection.js";
import { NetworkTime } from "./tls/network-time.js";

/** Where the service listens, unless the factory or the product say otherwise. */
export const servicePort = 443;

const certificateDefault = "ca.der";
const timeServerDefault = "pool.ntp.org";

function text(name: string): string | undefined {
  const value = config[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Called once, when the network is being joined; starts to keep the time. Until the clock is set
 * every connection fails, asynchronously, and says so. Throws if no certificate was compiled in.
 */
export function openConnect({ log, resolve }: Platform): Connect {
  const trust = {
    certificate: new Uint8Array(new Resource(text("tlsCertificate") ?? certificateDefault)),
    serverName: text("tlsServerName"),
  };
  const time = new NetworkTime(text("timeServer") ?? timeServerDefault, resolve, log);
  time.keep();
  return (options) => {
    if (time.isSet) return new SecureConnection(options, trust, log);
    log("TLS: waiting for the time");
    Timer.set(() => {
      options.onError("the clock is not set yet, and a certificate has dates");
    });
    return noConnection;
  };
}

function refuse(): never {
  throw new Error("not connected");
}

const noConnection = Object.freeze({ read: refuse, write: refuse, close: () => undefined });
