// What a name and a serial may be, in words: the end of an error's "expected ...". In code it is
// `isName` and `isSerial` of paths.ts (S-12). No chip links this.

import { nameBytesMax, serialBytesMax } from "./limits.js";

const characters = "letters, digits, blanks and ._:~-, other than . and ..";

/** Of a vendor, a model, a content, a group or a token. */
export const nameRule = `1 to ${nameBytesMax} ${characters}`;

export const serialRule = `1 to ${serialBytesMax} ${characters}`;
