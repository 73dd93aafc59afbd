// Rows of the conformance table: the platform's remote procedures that provisioning scripts call.

import { type Fixture, ok, type Row, start } from "./wire-row.js";

const jsonType = "application/json; charset=utf-8";
const path = "/onep:v1/rpc/process";

/** One call, with the vendor's CIK. */
function remote(call: object): Row["request"] {
  return ({ acme }) => ({
    method: "POST",
    target: path,
    body: JSON.stringify({ auth: { cik: acme.credentials.cik }, calls: [call] }),
  });
}

function failure(statusLine: string, message: string): string {
  const body = JSON.stringify({ error: { code: Number(statusLine.slice(0, 3)), message } });
  const length = `Content-Length: ${body.length}`;
  return `${start(statusLine)}${length}\r\nContent-Type: ${jsonType}\r\n\r\n${body}`;
}

/** A 200 with this outcome of one call, in which ID stands for any identifier. */
function outcome(json: string): RegExp {
  const source = ok(jsonType, `[${json.replace("ID", "0".repeat(40))}]`).replace(
    /[.*+?()|[\]{}\\]/g,
    "\\$&",
  );
  return new RegExp(`^${source.replace("0".repeat(40), "[0-9a-f]{40}")}$`);
}

export const remoteRows: Row[] = [
  {
    number: "-",
    title: "looks up the caller's RID",
    request: remote({ id: 1, procedure: "lookup", arguments: ["alias", ""] }),
    expected: outcome('{"id":1,"status":"ok","result":"ID"}'),
  },
  {
    number: "-",
    title: "shares what belongs to the caller",
    request: (fixture) =>
      remote({ id: "x", procedure: "share", arguments: [fixture.acme.credentials.rid, {}] })(
        fixture,
      ),
    expected: outcome('{"id":"x","status":"ok","result":"ID"}'),
  },
  {
    number: "-",
    title: "tells the status and the key of what belongs to the caller",
    request: remote({
      procedure: "info",
      arguments: [{ alias: "" }, { basic: true, key: true }],
    }),
    expected: outcome(
      '{"id":null,"status":"ok","result":{"basic":{"type":"client","status":"activated"},"key":"ID"}}',
    ),
  },
  {
    number: "-",
    title: "tells nothing of what belongs to another",
    request: (fixture) =>
      remote({ id: 1, procedure: "info", arguments: [fixture.other.credentials.rid, {}] })(fixture),
    expected: outcome('{"id":1,"status":"restricted"}'),
  },
  {
    number: "-",
    title: "tells nothing of what is no RID",
    request: remote({ id: 1, procedure: "share", arguments: ["a\0", {}] }),
    expected: outcome('{"id":1,"status":"restricted"}'),
  },
  {
    number: "-",
    title: "makes a client below the caller",
    request: remote({ id: 1, procedure: "create", arguments: ["client", { name: "n" }] }),
    expected: outcome('{"id":1,"status":"ok","result":"ID"}'),
  },
  {
    number: "-",
    title: "makes nothing but clients",
    request: remote({ id: 1, procedure: "create", arguments: ["dataport", {}] }),
    expected: outcome('{"id":1,"status":"invalid"}'),
  },
  {
    number: "-",
    title: "makes no client with a description that is too large",
    request: ({ acme }) => ({
      method: "POST",
      target: path,
      body: JSON.stringify({
        auth: { cik: acme.credentials.cik },
        calls: [
          { id: 1, procedure: "create", arguments: ["client", { meta: "\xe9".repeat(2100) }] },
        ],
      }),
    }),
    expected: outcome('{"id":1,"status":"limit"}'),
  },
  {
    number: "-",
    title: "lets no device make a client",
    request: ({ cik }) => ({
      method: "POST",
      target: path,
      body: JSON.stringify({
        auth: { cik },
        calls: [{ id: 1, procedure: "create", arguments: ["client", {}] }],
      }),
    }),
    expected: outcome('{"id":1,"status":"restricted"}'),
  },
  ...(["update", "drop"] as const).map((procedure) => ({
    number: "-" as const,
    title: `lets nobody ${procedure} itself`,
    request: (fixture: Fixture) =>
      remote({ id: 1, procedure, arguments: [fixture.acme.credentials.rid, {}] })(fixture),
    expected: outcome('{"id":1,"status":"restricted"}'),
  })),
  {
    number: "-",
    title: "drops nothing of another",
    request: (fixture) =>
      remote({ id: 1, procedure: "drop", arguments: [fixture.other.credentials.rid] })(fixture),
    expected: outcome('{"id":1,"status":"restricted"}'),
  },
  {
    number: "-",
    title: "says that it does not know other procedures",
    request: remote({ id: 1, procedure: "read", arguments: [] }),
    expected: outcome('{"id":1,"status":"invalid"}'),
  },
  ...["", "[]", '{"auth":{},"calls":1}', '{"auth":{},"calls":[1]}'].map((body) => ({
    number: "-" as const,
    title: `refuses the call ${JSON.stringify(body)}`,
    request: () => ({ method: "POST", target: path, body }),
    expected: failure("400 Bad Request", "The body is not the JSON that this procedure takes."),
  })),
  {
    number: "-",
    title: "refuses the call of nobody",
    request: () => ({ method: "POST", target: path, body: '{"calls":[]}' }),
    expected: failure("401 Unauthorized", "Authorization failed"),
  },
];
