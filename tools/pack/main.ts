// npm run build: writes what the chip's manifest links, build/device: the agent and all that it needs
// as one module, in the clear and with TLS, in both forms.
//
//   build/device/<form>/device.js      what a product imports as "provision-agent/device"
//   build/device/<form>/device-tls.js  the same over TLS
//   .../*.d.ts                         their types

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stdout } from "node:process";
import { fileURLToPath } from "node:url";
import { forms, pack } from "./pack.js";

const build = fileURLToPath(new URL("../..", import.meta.url)).replace(/\/$/, "");
/** Compiled modules by the name of what becomes of them. */
const modules = { device: "hosts/device", "device-tls": "hosts/device-tls" } as const;

for (const [name, module] of Object.entries(modules)) {
  const texts = pack(join(build, `${module}.js`));
  for (const form of forms) {
    const folder = join(build, "device", form);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${name}.js`), texts[form]);
    writeFileSync(join(folder, `${name}.d.ts`), `export * from "../../${module}.js";\n`);
    stdout.write(`build/device/${form}/${name}.js: ${texts[form].length} characters\n`);
  }
}
