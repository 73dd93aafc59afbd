// Replies read as strictly, or as badly, as the clients of 2012 read them. Each reader gets what one
// receive gave and returns the body, or fails where its client would have gone wrong.

import assert from "node:assert/strict";

/** Looks for the blank line; notices a refusal only by a status line in the body. */
export function readOnce(received: string): string {
  const body = afterBlankLine(received);
  assert.ok(!body.includes("HTTP/1.1 4"), body);
  return body;
}

/** Has room for a whole reply of fewer than 199 bytes, and takes all after the blank line. */
export function readInto200Bytes(received: string): string {
  assert.ok(received.length < 199, `${received.length} bytes`);
  return afterBlankLine(received);
}

/** Takes the lines of the head in one order, then the blank line, then as many bytes as were told. */
export function readInOrder(received: string): string {
  const lines = received.split("\r\n");
  const starts = ["HTTP/1.1 20", "Date: ", "Server: ", "Connection: ", "Content-Length: ", ""];
  for (const [at, start] of starts.entries()) {
    const line = lines[at] ?? "";
    assert.ok(start === "" ? line === "" : line.startsWith(start), `${start}? ${line}`);
    assert.ok(line.length < 100, line);
  }
  const body = lines.slice(starts.length).join("\r\n");
  assert.equal(body.length, Number(lines[4]?.slice("Content-Length: ".length)));
  return body;
}

/** Finds the digits after `Content-Length: ` as written, and counts on them also where they are 0. */
export function readByLength(received: string): string {
  const mark = "Content-Length: ";
  const start = received.indexOf(mark);
  assert.notEqual(start, -1, received);
  const length = parseInt(received.slice(start + mark.length), 10);
  const body = afterBlankLine(received);
  assert.equal(body.length, length);
  return body;
}

/**
 * Reads 12 bytes for the status, then 50 at a time until fewer come, and counts four line ends. If
 * told so, takes the body only if the head said exactly that many bytes, letter by letter.
 */
export function readInWindows(received: string, lengthLine?: string): string {
  assert.equal(received.slice(9, 12), "200");
  let lineEnds = 0;
  let matched = 0;
  let body = "";
  for (let at = 12; at < received.length; at += 50) {
    for (const character of received.slice(at, at + 50)) {
      if (lineEnds === 4) body += character;
      else if (character === "\r" || character === "\n") lineEnds += 1;
      else {
        lineEnds = 0;
        if (lengthLine === undefined || matched === lengthLine.length) continue;
        matched = lengthLine[matched] === character ? matched + 1 : 0;
      }
    }
  }
  assert.equal(lineEnds, 4);
  if (lengthLine !== undefined) assert.equal(matched, lengthLine.length);
  return body;
}

/** Copies names until a line end, then goes on two bytes, and never looks at what these are. */
export function readIds(body: string): string[] {
  const ids: string[] = [];
  for (let at = 0; at < body.length;) {
    const [id = ""] = body.slice(at).split("\r\n");
    ids.push(id);
    at += id.length + 2;
  }
  return ids;
}

/** Sets its clock by the Date of any reply: columns, not fields. */
export function readClock(received: string): string {
  const start = received.indexOf("Date: ");
  const date = received.slice(start + "Date: ".length).slice(5, 25);
  assert.match(date, /^\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d$/);
  return date;
}

function afterBlankLine(received: string): string {
  const end = received.indexOf("\r\n\r\n");
  assert.notEqual(end, -1, received);
  return received.slice(end + 4);
}
