// A service in a process of its own, with one device enabled, for the tests that kill it. Prints
// one line: its port, and the vendor's token.

import { startService } from "../../src/service/service.js";
import { VendorClient } from "./vendor-client.js";

const [, , dataDirectory = ""] = process.argv;
const service = await startService({ dataDirectory, port: 0 });
const place = { dataDirectory };
const rig = { service, directory: dataDirectory, place, clock: { seconds: 0 }, logged: [] };
const acme = await VendorClient.create(rig, "acme");
await acme.createModel("m");
await acme.addSerial("m", "1");
await acme.enable("m", "1");
process.stdout.write(`${JSON.stringify({ port: service.port, token: acme.credentials.token })}\n`);
