// Lets Node load the modules of the SDK's simulator: what they import of the SDK resolves to the
// fakes in this folder. Import it before such a module is imported, which must then be dynamically.

import { register } from "node:module";
import "../../esp32/moddable/register.js";

const urls = Object.fromEntries(
  [
    ["crypt", "crypt"],
    ["file", "file"],
    ["mc/config", "config"],
  ].map(([specifier = "", name = ""]) => [
    specifier,
    new URL(`./${name}.js`, import.meta.url).href,
  ]),
);

const hooks = `
  const urls = ${JSON.stringify(urls)};
  export function resolve(specifier, context, next) {
    const url = urls[specifier];
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  }`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
