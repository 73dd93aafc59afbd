// Forms: there and back, and what old clients really send (S-06).

import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeForm, encodeForm, formValue, formValues } from "../../src/protocol/form.js";

const anyText = fc.string({ unit: "grapheme", maxLength: 12 });

describe("form", () => {
  it("reads back what it wrote", () => {
    const pairs = fc.array(fc.tuple(anyText, anyText), { maxLength: 5 });
    fc.assert(
      fc.property(pairs, (written) => {
        assert.deepEqual(decodeForm(encodeForm(written)), written);
      }),
    );
  });

  it("writes what a foreign parser reads back, in ASCII without blanks", () => {
    fc.assert(
      fc.property(anyText, anyText, (key, value) => {
        const text = encodeForm([[key, value]]);
        assert.match(text, /^[!-~]*$/);
        assert.deepEqual([...new URLSearchParams(text)], [[key, value]]);
      }),
    );
  });

  it("reads what a foreign writer wrote", () => {
    fc.assert(
      fc.property(anyText, anyText, (key, value) => {
        assert.deepEqual(decodeForm(new URLSearchParams([[key, value]]).toString()), [
          [key, value],
        ]);
      }),
    );
  });

  it("writes the brackets of a list as they are: old clients look for them", () => {
    const pairs = [
      ["options[]", "noaliases"],
      ["options[]", "a&b=c[]"],
    ] as const;
    assert.equal(encodeForm(pairs), "options[]=noaliases&options[]=a%26b%3Dc%5B%5D");
  });

  it("adds no byte to a name or a serial", () => {
    const name = "00:1B:44-a_b.c~d e";
    assert.equal(encodeForm([["sn", name]]), `sn=${name.replace(" ", "+")}`);
  });

  const decoded: [text: string, pairs: [string, string][], why: string][] = [
    ["", [], "nothing is no pair"],
    ["a", [["a", ""]], "a key without ="],
    ["a=", [["a", ""]], "an empty value"],
    ["=a", [["", "a"]], "an empty key"],
    ["a=b=c", [["a", "b=c"]], "the first = divides"],
    ["&&a=b&", [["a", "b"]], "empty parts are none"],
    ["a+b=c+d%2B", [["a b", "c d+"]], "+ is a blank"],
    ["sn%5B%5D=1", [["sn[]", "1"]], "keys are decoded"],
    ["a=%C3%A4", [["a", "ä"]], "UTF-8"],
    ["a=%c3%a4%E2%98%83%F0%9F%92%A1", [["a", "ä☃💡"]], "UTF-8 in any case"],
    ["a=%E4", [["a", "ä"]], "Latin-1"],
    ["a=%00%FF", [["a", "\0ÿ"]], "flash bytes, as micrium's mfr sends them"],
    ["a=%ED%A0%80", [["a", "í\xa0\x80"]], "a surrogate is not UTF-8"],
    ["a=%C3%", [["a", "Ã%"]], "an escape cut short"],
    ["a=100%", [["a", "100%"]], "a percent sign at the end"],
    ["a=%4", [["a", "%4"]], "one digit"],
    ["a=%zz%41", [["a", "%zzA"]], "no digits"],
    ["a=%%41%", [["a", "%A%"]], "percent signs around an escape"],
    ["a=ä☃", [["a", "ä☃"]], "characters that nobody escaped"],
  ];
  for (const [text, pairs, why] of decoded) {
    it(`takes ${JSON.stringify(text)} as it is meant: ${why}`, () => {
      assert.deepEqual(decodeForm(text), pairs);
    });
  }

  it("finds a key with and without brackets, the first or all", () => {
    const pairs = decodeForm("sn[]=1&sn=2&sn%5B%5D=3&snn=4&%73n=5");
    assert.equal(formValue(pairs, "sn"), "1");
    assert.deepEqual(formValues(pairs, "sn"), ["1", "2", "3", "5"]);
    assert.equal(formValue(pairs, "model"), undefined);
    assert.deepEqual(formValues(pairs, "model"), []);
  });
});
