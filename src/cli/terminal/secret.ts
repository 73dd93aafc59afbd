// Reads a key from where nobody looks over one's shoulder: a file, standard input, or a prompt that
// does not show what is typed. Never from an argument: every user of a machine sees those.

import { readFileSync } from "node:fs";
import { readWholeFile } from "./whole-file.js";

const standardInput = 0;
/** A key has 40 characters: a large file is another one. */
const keyFileBytesMax = 65_536;
const endOfLine = ["\r", "\n", "\u0004"];
const interrupt = "\u0003";
const erase = ["\b", "\u007f"];

/** The key in `file`; `-` is standard input, or, if that is a terminal, a prompt. */
export async function readSecret(file: string, prompt: string): Promise<string> {
  if (file !== "-") {
    return new TextDecoder().decode(readWholeFile(file, keyFileBytesMax)).trim();
  }
  if (process.stdin.isTTY) return promptHidden(prompt);
  return readFileSync(standardInput, "utf8").trim();
}

async function promptHidden(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  stderr.write(`${prompt}: `);
  stdin.setRawMode(true).setEncoding("utf8");
  let typed = "";
  try {
    for await (const text of stdin as AsyncIterable<string>) {
      for (const character of text) {
        if (endOfLine.includes(character)) return typed.trim();
        if (character === interrupt) throw new Error("interrupted");
        typed = erase.includes(character) ? typed.slice(0, -1) : typed + character;
      }
    }
    return typed.trim();
  } finally {
    stdin.setRawMode(false).pause();
    stderr.write("\n");
  }
}
