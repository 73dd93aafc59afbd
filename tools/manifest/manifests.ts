// The Moddable manifests of this project whose module lists are written from the imports.

import {
  freshManifest,
  type FreshManifest,
} from "../../src/cli/commands/project/manifest/manifest-file.js";

const rootManifest = "manifest.json";
/** They are included by, or include, the one of the root, which lists what they share. */
const others = ["hosts/mcsim/manifest.json", "hosts/esp32/tls/manifest.json"];

/** Each as it should be, and what is wrong with it. Throws an Error that names the file. */
export function freshManifests(root: string): (FreshManifest & { readonly file: string })[] {
  const first = freshManifest(root, rootManifest);
  const rest = others.map((file) => ({ file, ...freshManifest(root, file, first.listed) }));
  return [{ file: rootManifest, ...first }, ...rest];
}
