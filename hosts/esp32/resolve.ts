// The name resolution port over the SDK's net module (lwIP's resolver, one name at a time).

import Net from "net";
import type { Resolve } from "../../src/ports/resolve.js";

export const resolve: Resolve = (host, onResolved) => {
  Net.resolve(host, (_host, address) => {
    onResolved(address);
  });
};
