// Lets Node load the chip's adapters: what they import of the Moddable SDK resolves to the fakes in
// this folder. Import it before an adapter is imported, which must then be dynamically.

import { register } from "node:module";

const fakes = {
  crypt: "crypt",
  "embedded:io/digital": "digital",
  "embedded:io/socket/tcp": "socket",
  "embedded:io/socket/udp": "udp",
  "embedded:network/interface/wifi": "wifi",
  "embedded:storage/key-value": "key-value",
  "mc/config": "config",
  pkcs1_5: "pkcs1_5",
  Resource: "resource",
  "ssl/session": "session",
  time: "time",
  timer: "timer",
  x509: "x509",
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
