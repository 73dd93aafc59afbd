// Bundles the modules that the C host does not have built in: one file each in
// build/hosts/xs/modules, named as the host looks for it (see engine/README.md).

import { existsSync } from "node:fs";
import { join } from "node:path";

import { build } from "esbuild";

import { rootFolder } from "./engine-variant.js";

/** Source in hosts/xs/device, without its ending, by the specifier it answers to. */
const modules = { "embedded:storage/key-value": "key-value" } as const;

export async function bundleModules(): Promise<void> {
  const folder = join(rootFolder, "hosts", "xs", "device");
  const entryPoints = Object.entries(modules)
    .map(([specifier, name]) => ({
      in: join(folder, `${name}.ts`),
      out: specifier.replaceAll(/[:/]/g, "-"),
    }))
    .filter((entry) => existsSync(entry.in));
  await build({
    entryPoints,
    outdir: join(rootFolder, "build", "hosts", "xs", "modules"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    external: ["embedded:*", "timer", "crypt", "net"],
    logLevel: "silent",
  });
}
