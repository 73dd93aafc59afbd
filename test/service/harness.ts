// A service in a temporary directory, and a client that shows the bytes: what it sends is what
// the test wrote, and what it returns is what came.

import { mkdtemp, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabasePlace } from "../../src/service/database/database.js";
import { type Service, type ServiceOptions, startService } from "../../src/service/service.js";

/** Tue, 13 May 2014 16:53:20 GMT */
export const startSeconds = 1_400_000_000;
export const startDate = "Tue, 13 May 2014 16:53:20 GMT";

export interface Rig {
  readonly service: Service;
  readonly directory: string;
  /** Where its data are, for `openStorage`. */
  readonly place: DatabasePlace;
  /** Advances by what a test adds. */
  readonly clock: { seconds: number };
  /** Lines the service has logged: internal errors. */
  readonly logged: string[];
}

export async function temporaryDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), "provision-"));
}

export async function startRig(options: Partial<ServiceOptions> = {}): Promise<Rig> {
  const directory = options.dataDirectory ?? (await temporaryDirectory());
  const clock = { seconds: startSeconds };
  const logged: string[] = [];
  const service = await startService({
    port: 0,
    clock: () => clock.seconds * 1000,
    log: (line) => logged.push(line),
    ...options,
    dataDirectory: directory,
  });
  const place = { dataDirectory: directory, url: options.database };
  return { service, directory, place, clock, logged };
}

export async function stopRig(rig: Rig): Promise<void> {
  await rig.service.close();
  await rm(rig.directory, { recursive: true, force: true });
}

/** A raw connection that collects what comes, as Latin-1 text. */
export class RawClient {
  received = "";
  isClosed = false;
  #changed = (): void => undefined;

  private constructor(readonly socket: Socket) {
    socket.on("data", (bytes) => {
      this.received += bytes.toString("latin1");
      this.#changed();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.isClosed = true;
      this.#changed();
    });
  }

  static open(port: number): Promise<RawClient> {
    return RawClient.on(connect({ port, host: "127.0.0.1", noDelay: true }));
  }

  /** On a socket that is about to connect. */
  static async on(socket: Socket): Promise<RawClient> {
    const client = new RawClient(socket);
    await new Promise<void>((resolve, reject) =>
      socket.once("connect", resolve).once("error", reject),
    );
    return client;
  }

  send(text: string): void {
    this.socket.write(text, "latin1");
  }

  /** Waits until `isEnough` of what has come, or the end. */
  async until(isEnough: (received: string) => boolean): Promise<string> {
    while (!this.isClosed && !isEnough(this.received)) {
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
    return this.received;
  }

  /** Waits until the service has closed the connection. */
  untilClosed(): Promise<string> {
    return this.until(() => false);
  }

  /** Waits for `count` whole replies and returns them; fewer if the connection ends. */
  async replies(count: number): Promise<WireReply[]> {
    await this.until((received) => splitReplies(received).length >= count);
    return splitReplies(this.received);
  }
}

export interface WireReply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Cuts a stream of bytes into whole replies by their Content-Length. */
export function splitReplies(received: string): WireReply[] {
  const replies: WireReply[] = [];
  for (let at = 0; ;) {
    const headEnd = received.indexOf("\r\n\r\n", at);
    if (headEnd === -1) return replies;
    const head = received.slice(at, headEnd + 4);
    const length = /^Content-Length: (\d+)\r$/m.exec(head)?.[1];
    if (length === undefined) throw new Error(`no Content-Length in ${JSON.stringify(head)}`);
    const bodyEnd = headEnd + 4 + Number(length);
    if (bodyEnd > received.length) return replies;
    const status = Number(head.slice(9, 12));
    replies.push({ status, head, body: received.slice(headEnd + 4, bodyEnd) });
    at = bodyEnd;
  }
}

export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers?: readonly string[];
  /** Latin-1. */
  readonly body?: string;
}

export function requestText({ method, target, headers = [], body }: WireRequest): string {
  const length = body === undefined ? [] : [`Content-Length: ${body.length}`];
  const fields = ["Host: m2.exosite.com", ...headers, ...length];
  return `${method} ${target} HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n${body ?? ""}`;
}

/** Sends one request on a connection of its own, which the service is asked to close. */
export async function exchange(port: number, request: WireRequest): Promise<string> {
  const client = await RawClient.open(port);
  client.send(
    requestText({ ...request, headers: ["Connection: close", ...(request.headers ?? [])] }),
  );
  return client.untilClosed();
}

/** As `exchange`, cut into status, head and body. */
export async function ask(port: number, request: WireRequest): Promise<WireReply> {
  const received = await exchange(port, request);
  const [reply] = splitReplies(received);
  if (reply === undefined) throw new Error(`no reply in ${JSON.stringify(received)}`);
  return reply;
}
