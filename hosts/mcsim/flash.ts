// The module "embedded:storage/flash" of the SDK's simulator, which the SDK has for chips only.

import type { FlashPartition } from "../../src/ports/flash.js";
import { board } from "./board.js";

export default Object.freeze({
  open: ({ path }: { readonly path: string; readonly mode?: "r" | "r+" }): FlashPartition =>
    board().openPartition(path),
});
