// Reads a file of codec cases: a heading, a sentence on why, an `http` block with what the peer
// sends, a `log` block with the events that must come of it.
//
// In an `http` block lines are joined by CRLF: a block that ends in an empty line ends in CRLF.
// `\` at a line's end joins without CRLF; \r \n \t \0 \\ \xHH are bytes; {X x 600} is 600 times X.
// The words behind `http` are the requests outstanding (default: GET; `idle`: none), and `closed` if
// the peer closes the connection behind the last byte.

import { readFileSync, readdirSync } from "node:fs";
import type { RequestMethod } from "../../src/http/response-reader.js";

export interface Case {
  readonly name: string;
  readonly requests: readonly RequestMethod[];
  readonly bytes: Uint8Array;
  readonly isClosed: boolean;
  readonly log: string;
}

const folder = new URL("../../../test/http/cases/", import.meta.url);

export function readCaseFiles(): { readonly title: string; readonly cases: readonly Case[] }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .sort()
    .map((name) => readCases(name, readFileSync(new URL(name, folder), "utf8")));
}

function readCases(fileName: string, text: string): { title: string; cases: Case[] } {
  const [opening = "", ...sections] = text.split(/^## /m);
  const title = /^# (.+)$/m.exec(opening)?.[1];
  if (title === undefined) throw new Error(`${fileName}: expected a title`);
  return { title, cases: sections.map((section) => readCase(fileName, section)) };
}

function readCase(fileName: string, section: string): Case {
  const name = section.slice(0, section.indexOf("\n"));
  const [, words, http] = /^```http(.*)\n([^]*?)\n?```$/m.exec(section) ?? [];
  const [, log] = /^```log\n([^]*?)\n?```$/m.exec(section) ?? [];
  if (words === undefined || http === undefined || log === undefined) {
    throw new Error(`${fileName}, "${name}": expected an http block and a log block`);
  }
  const requests: RequestMethod[] = [];
  let isClosed = false;
  let isIdle = false;
  for (const word of words.split(" ").filter((each) => each !== "")) {
    if (word === "GET" || word === "POST" || word === "HEAD") requests.push(word);
    else if (word === "closed") isClosed = true;
    else if (word === "idle") isIdle = true;
    else throw new Error(`${fileName}, "${name}": unknown word ${word}`);
  }
  if (requests.length === 0 && !isIdle) requests.push("GET");
  return { name, requests, bytes: Buffer.from(unescape(http), "latin1"), isClosed, log };
}

function unescape(text: string): string {
  const joined = text.replaceAll("\\\n", "").replaceAll("\n", "\r\n");
  const repeated = joined.replace(/\{(.+?) x (\d+)\}/g, (_, unit: string, count: string) =>
    unit.repeat(Number(count)),
  );
  return repeated.replace(/\\(x[0-9a-f]{2}|.)/g, (_, escape: string) => {
    if (escape.startsWith("x")) return String.fromCharCode(parseInt(escape.slice(1), 16));
    const byte = { r: "\r", n: "\n", t: "\t", 0: "\0", "\\": "\\" }[escape];
    if (byte === undefined) throw new Error(`unknown escape \\${escape}`);
    return byte;
  });
}
