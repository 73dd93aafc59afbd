// A fresh product, as `provision new` makes it, for the check: with this checkout in the place of
// the package that npm would install.

import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { scaffold } from "../../src/cli/commands/project/scaffold.js";
import { Authority } from "./certificates.js";
import type { Project } from "./chips.js";
import type { AppSource } from "./sdk.js";

export interface Product {
  readonly debug: AppSource;
  /** With TLS and an authority of its own: manifest-release.json. */
  readonly release: AppSource;
}

/** Modules of the template, and what it imports. */
export const productModules = ["product", "sensor", "provision-agent/device"];
export const productMain = "main";

/** Makes it, in place of an older one. */
export function writeProduct({ root, outFolder }: Project): Product {
  const folder = join(outFolder, "apps", "product");
  rmSync(folder, { recursive: true, force: true });
  const names = { name: "product", vendor: "acme", model: "product" };
  scaffold(folder, { ...names, spec: `file:${root}` });
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "provision-agent"), "dir");
  const authority = Authority.create(join(folder, "authority"), "authority");
  writeFileSync(join(folder, "ca.der"), authority.certificate);
  const release = join(outFolder, "apps", "product-release");
  mkdirSync(release, { recursive: true });
  const manifest = { include: [join(folder, "manifest-release.json")] };
  writeFileSync(join(release, "manifest.json"), JSON.stringify(manifest));
  return { debug: { folder }, release: { folder: release } };
}
