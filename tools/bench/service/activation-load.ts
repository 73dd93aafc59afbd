// Activations: as many devices as there are serials, each over a connection of its own that asks
// once, as devices do; so many at a time.

import { connect } from "node:net";

export interface ActivationLoad {
  readonly ports: readonly number[];
  readonly vendor: string;
  readonly model: string;
  readonly serials: readonly string[];
  /** Devices asking at once. */
  readonly devices: number;
}

/** Activations per second. Throws unless each device got a CIK. */
export async function measureActivations(load: ActivationLoad): Promise<number> {
  const { ports, serials, devices } = load;
  const left = serials.entries();
  const startedMs = performance.now();
  const workers = Array.from({ length: devices }, async () => {
    for (const [at, serial] of left) {
      const port = ports[at % ports.length] ?? 0;
      const reply = await activate(port, load, serial);
      if (!/^HTTP\/1\.1 200 [^]*\r\n\r\n[0-9a-f]{40}$/.test(reply)) throw new Error(reply);
    }
  });
  await Promise.all(workers);
  return (serials.length / (performance.now() - startedMs)) * 1000;
}

function activate(port: number, load: ActivationLoad, serial: string): Promise<string> {
  const body = `vendor=${load.vendor}&model=${load.model}&sn=${serial}`;
  const fields = ["Host: m2.exosite.com", "Connection: close"];
  fields.push("Content-Type: application/x-www-form-urlencoded; charset=utf-8");
  fields.push(`Content-Length: ${body.length}`);
  const request = `POST /provision/activate HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n${body}`;
  return new Promise((resolve, reject) => {
    let reply = "";
    connect(port, "127.0.0.1")
      .setEncoding("latin1")
      .on("data", (text: string) => (reply += text))
      .on("error", reject)
      .on("close", () => {
        resolve(reply);
      })
      .end(request);
  });
}
