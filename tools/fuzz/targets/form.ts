// Forms: anything decodes, and what was decoded comes back if it is encoded and decoded again.

import assert from "node:assert/strict";
import type * as forms from "../../../src/protocol/form.js";
import { latin1, type Target } from "../target.js";

export const form: Target = {
  name: "form",
  bytesMax: 500,
  tokens: ["&", "=", "+", "%", "%41", "%ff", "%c3%a4", "[]", "[]=", ":"].map(latin1),
  seeds: () =>
    ["version=1.1.0&sha256=00ff", "a[]=1&a[]=%C3%A4+b&c", "=&x=%&y=%zz&%41%e4=1:2"].map(latin1),
  async open(load) {
    const { decodeForm, encodeForm, formValue, formValues } =
      await load<typeof forms>("protocol/form.js");
    return (input) => {
      const pairs = decodeForm(Buffer.from(input).toString("latin1"));
      assert.deepEqual(decodeForm(encodeForm(pairs)), pairs);
      for (const [key] of pairs) {
        const name = key.replace(/\[\]$/, "");
        assert.equal(formValue(pairs, name), formValues(pairs, name)[0]);
      }
    };
  },
  plant: {
    module: "protocol/form.js",
    find: "pairs.push(",
    replace: 'if (pairs.length === 9) throw new Error("planted"); pairs.push(',
    from: latin1("a=b"),
  },
};
