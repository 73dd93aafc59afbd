// `npm run bench:service`: what a service does on this machine, in one run beside nginx.
//
// Ranged reads: rounds take turns, the service with an open and with a protected content, and nginx, so that whatever else the machine does hits
// both; told are the medians and their ratio. Activations: on SQLite, and on PostgreSQL with one
// process and with two where it is installed. Times of a shared machine say little; ratios do.

import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { VendorClient } from "../../../src/client/vendor-client.js";
import { Admin } from "../../../src/service/admin.js";
import type { DatabasePlace } from "../../../src/service/database/database.js";
import { openStorage } from "../../../src/service/stores/storage.js";
import { freePort } from "../../../test/support/free-port.js";
import { PostgresServer } from "../../../test/support/postgres-server.js";
import { ServiceProcess } from "../../../test/support/service-process.js";
import { measureActivations } from "./activation-load.js";
import { Nginx } from "./nginx.js";
import { measureRanges } from "./range-load.js";

const contentBytes = 1024 * 1024;
const chunkBytes = 4096;
const connections = 64;
const vendor = "acme";
const model = "m";
const content = "m-1.0.0";
/** The device may read it, because one group holds both. */
const protectedContent = "m-2.0.0";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "3" },
    rounds: { type: "string", default: "5" },
    activations: { type: "string", default: "2000" },
    json: { type: "boolean", default: false },
  },
});
const seconds = Number(options.seconds);
const rounds = Number(options.rounds);
const activations = Number(options.activations);

interface Fixture {
  readonly cik: string;
  readonly serials: readonly string[];
}

/** A vendor with a content, an active device, and serials that wait for their activation. */
async function populate(place: DatabasePlace, port: number, bytes: Uint8Array): Promise<Fixture> {
  const storage = await openStorage(place, undefined);
  const { token, rid } = await new Admin(storage, Date.now).createVendor(vendor);
  await storage.database.destroy();
  const client = new VendorClient({ server: `http://127.0.0.1:${port}`, token });
  await client.models.create(model, { rid });
  await client.contents.create(model, content, { meta: "version=1.0.0" });
  await client.contents.upload(model, content, bytes);
  await client.contents.create(model, protectedContent, { protected: true, meta: "" });
  await client.contents.upload(model, protectedContent, bytes);
  const serials = Array.from({ length: activations }, (_, at) => `s${at}`);
  for (const serial of ["device", ...serials]) {
    await client.serials.add(model, serial);
    await client.serials.enable(model, serial, rid);
  }
  await client.groups.create(model, "all");
  const members = [
    { type: "content", id: protectedContent, expiresAtSeconds: undefined, meta: "" },
    { type: "sn", id: "device", expiresAtSeconds: undefined, meta: "" },
  ] as const;
  await client.groups.put(model, "all", members);
  const body = new URLSearchParams({ vendor, model, sn: "device" });
  const url = `http://127.0.0.1:${port}/provision/activate`;
  const cik = await (await fetch(url, { method: "POST", body })).text();
  return { cik, serials };
}

async function compareRanges(folder: string, port: number, cik: string): Promise<object> {
  const nginx = await Nginx.start(join(folder, "www"), await freePort());
  const load = { contentBytes, chunkBytes, connections, seconds };
  const urlOf = (id: string): string =>
    `http://127.0.0.1:${port}/provision/download?vendor=${vendor}&model=${model}&id=${id}`;
  const ours: number[] = [];
  const ofProtected: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const headers = { "X-Exosite-CIK": cik };
    ours.push(await measureRanges(folder, { ...load, url: urlOf(content), headers }));
    const url = urlOf(protectedContent);
    ofProtected.push(await measureRanges(folder, { ...load, url, headers }));
    theirs.push(await measureRanges(folder, { ...load, url: `${nginx.url}/image`, headers }));
  }
  await nginx.stop();
  const [service, nginxRate] = [median(ours), median(theirs)];
  return {
    serviceRangesPerSecond: Math.round(service),
    protectedRangesPerSecond: Math.round(median(ofProtected)),
    nginxRangesPerSecond: Math.round(nginxRate),
    ratio: Number((service / nginxRate).toFixed(3)),
  };
}

/** Activations per second of `processes` services on one database; and what `more` measures. */
async function measurePlace(
  place: DatabasePlace,
  processes: number,
  bytes: Uint8Array,
  more?: (port: number, cik: string) => Promise<object>,
): Promise<{ activationsPerSecond: number; ranges: object | undefined }> {
  const services = await Promise.all(
    Array.from({ length: processes }, () => ServiceProcess.start(place)),
  );
  const ports = services.map(({ port }) => port);
  const { cik, serials } = await populate(place, ports[0] ?? 0, bytes);
  const rate = await measureActivations({ ports, vendor, model, serials, devices: connections });
  const ranges = await more?.(ports[0] ?? 0, cik);
  await Promise.all(services.map((service) => service.stop()));
  return { activationsPerSecond: Math.round(rate), ranges };
}

function median(rates: readonly number[]): number {
  return [...rates].sort((one, other) => one - other)[Math.floor(rates.length / 2)] ?? NaN;
}

function isInstalled(program: string): boolean {
  return spawnSync(program, ["-v"]).error === undefined;
}

const folder = mkdtempSync(join(tmpdir(), "provision-bench-"));
const bytes = randomBytes(contentBytes);
mkdirSync(join(folder, "www"));
writeFileSync(join(folder, "www", "image"), bytes);
const report: Record<string, unknown> = { chunkBytes, connections, contentBytes, activations };
try {
  const hasPeer = isInstalled("nginx") && isInstalled("wrk");
  if (!hasPeer) process.stderr.write("no ranges measured: apt-get install nginx-light wrk\n");
  const place = { dataDirectory: join(folder, "data") };
  const ranges = hasPeer
    ? (port: number, cik: string) => compareRanges(folder, port, cik)
    : undefined;
  const sqlite = await measurePlace(place, 1, bytes, ranges);
  Object.assign(report, sqlite.ranges, { sqliteActivationsPerSecond: sqlite.activationsPerSecond });
  const programs = PostgresServer.findPrograms();
  if (programs === undefined) {
    process.stderr.write("no PostgreSQL measured: apt-get install postgresql\n");
  } else {
    const server = await PostgresServer.start(programs, { isDurable: true });
    for (const processes of [1, 2]) {
      const url = await server.createDatabase();
      const { activationsPerSecond } = await measurePlace({ ...place, url }, processes, bytes);
      report[`postgresActivationsPerSecond${processes}`] = activationsPerSecond;
    }
    await server.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const lines = Object.entries(report).map(([name, value]) => `${name.padEnd(32)}${String(value)}\n`);
process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : lines.join(""));
