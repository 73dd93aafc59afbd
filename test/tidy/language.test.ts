// Plain English: phrases that made readers stop, each with what to write instead.

import assert from "node:assert/strict";
import { filesEnding, placesOf, show, type SourceFile } from "./tree.js";

/** Forbidden in everything that a person reads here. */
const phrases: Readonly<Record<string, string>> = {
  "\\banew\\b": "again",
  "\\bwhoever\\b": "say who",
  "\\bnobody be\\b": "say who does what",
  "\\bof which both\\b": "both of which",
  "\\bin twos\\b": "in pairs",
  "\\bare told\\b": "learn, get, are reported to",
  "\\bis told\\b": "learns, gets, hears of",
  "\\bhas come to\\b": "say what happened",
  "\\bbears? (a|an|its|no)\\b": "has, takes, survives",
  "(?<!there )\\bis none\\b": "is missing, is not one",
  "\\bthere are none\\b": "say what is missing",
  "\\ba rest\\b": "what remains",
};

const covered: readonly SourceFile[] = filesEnding(".md").filter(
  ({ path }) => path !== "CHANGELOG.md",
);

describe("the language of the project", () => {
  for (const [phrase, instead] of Object.entries(phrases)) {
    it(`does without /${phrase}/: ${instead}`, () => {
      assert.equal(show(placesOf(covered, new RegExp(phrase, "i"))), "");
    });
  }
});
