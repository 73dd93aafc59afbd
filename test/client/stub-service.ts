// A service that answers what a test tells it to, by nock; what is asked of it is kept, as it goes
// over the wire.

import assert from "node:assert/strict";
import nock from "nock";
import type { ClientOptions } from "../../src/client/transport.js";
import { VendorClient } from "../../src/client/vendor-client.js";

export const server = "http://fleet.example";
export const token = "0123456789abcdef0123456789abcdef01234567";

export interface StubAnswer {
  readonly status: number;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface StubRequest {
  /** Method and target, as in a request line. */
  readonly line: string;
  /** Their names in lower case. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** Text, or hexadecimal if it is none. */
  readonly body: string;
}

export class StubService {
  readonly #answers: StubAnswer[];
  readonly requests: StubRequest[] = [];

  /** Gives these answers, in turn; a request more than that fails. */
  constructor(...answers: readonly StubAnswer[]) {
    this.#answers = [...answers];
    const { requests } = this;
    const next = (): StubAnswer => this.#answers.shift() ?? { status: 500 };
    for (const method of ["GET", "POST", "PUT", "DELETE"]) {
      nock(server)
        .persist()
        .intercept(/.*/, method)
        .reply(function (target, body) {
          const { headers } = this.req;
          requests.push({ line: `${method} ${target}`, headers, body: textOf(body) });
          const answer = next();
          return [answer.status, answer.body ?? "", answer.headers ?? {}];
        });
    }
  }

  /** The only request. */
  get request(): StubRequest {
    const [request] = this.requests;
    assert.ok(request !== undefined && this.requests.length === 1);
    return request;
  }
}

/** Of the suite that calls it: no request leaves, and each test has its own stub. */
export function useStubs(): void {
  before(() => {
    if (!nock.isActive()) nock.activate();
    nock.disableNetConnect();
  });
  afterEach(() => nock.cleanAll());
  after(() => {
    nock.enableNetConnect();
    nock.restore();
  });
}

export function stubClient(
  options: Partial<Pick<ClientOptions, "deletesByPost">> = {},
): VendorClient {
  return new VendorClient({ server, token, timeoutMs: 200, ...options });
}

/** Nock reads what is JSON by its type. */
function textOf(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}
