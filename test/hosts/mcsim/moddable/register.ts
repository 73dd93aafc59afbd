// Lets Node load the modules of the SDK's simulator: what they import of the SDK resolves to the
// fakes of the chip's tests and to that of files. Import it before such a module is imported, which
// must then be dynamically.

import { register } from "node:module";
import "../../esp32/moddable/register.js";

const file = new URL("./file.js", import.meta.url).href;

const hooks = `
  export function resolve(specifier, context, next) {
    const url = ${JSON.stringify(file)};
    return specifier === "file" ? { url, shortCircuit: true } : next(specifier, context);
  }`;

register(`data:text/javascript,${encodeURIComponent(hooks)}`);
