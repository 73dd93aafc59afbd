// Lets Node load the chip's adapters: what they import of the Moddable SDK resolves to the fakes in
// this folder. Import it before an adapter is imported, which must then be dynamically.

import { register } from "node:module";

const fakes = {
  "embedded:io/socket/tcp": "socket",
  "embedded:network/interface/wifi": "wifi",
  "embedded:storage/key-value": "key-value",
  time: "time",
  timer: "timer",
};

const urls = Object.fromEntries(
  Object.entries(fakes).map(([specifier, file]) => [
    specifier,
    new URL(`./${file}.js`, import.meta.url).href,
  ]),
);

const hooks = `
  const urls = ${JSON.stringify(urls)};
  export function resolve(specifier, context, next) {
    const url = urls[specifier];
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  }`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
