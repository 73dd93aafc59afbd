// Asks over one connection whose sockets the test plays, and notes what became of each question.

import { Connection } from "../../src/agent/connection.js";
import type { Exchange } from "../../src/agent/exchange.js";
import { Pipelining } from "../../src/agent/pipelining.js";
import { SocketRig } from "./socket-rig.js";

export const depth = 3;
/** Time-outs are looked at once a second. */
export const slackMs = 1000;

export class Asker {
  readonly rig = new SocketRig();
  readonly pipelining = new Pipelining(depth);
  readonly connection = new Connection(this.rig.network, "lights.example", 80, this.pipelining, {
    connected: () => (this.connected += 1),
    requested: () => (this.requested += 1),
  });
  /** What became of the exchanges: `head:/a 200`, `body:/a text`, `end:/a`, `lost:/a`. */
  readonly events: string[] = [];
  connected = 0;
  requested = 0;
  /** Called with each event, for exchanges that act on what they hear. */
  onEvent: (event: string) => void = () => undefined;

  ask(target: string, pipelined = true, method: "GET" | "POST" = "GET"): void {
    const note = (event: string): void => {
      this.events.push(event);
      this.onEvent(event);
    };
    const exchange: Exchange = {
      request: { method, target, host: "lights.example", fields: [] },
      pipelined,
      onHead: (head) => note(`head:${target} ${head.status}`),
      onBody: (bytes) => note(`body:${target} ${String.fromCharCode(...bytes)}`),
      onEnd: () => note(`end:${target}`),
      onFailure: (failure) => note(`${failure.kind}:${target}`),
    };
    this.connection.send(exchange);
  }

  /** A connection that is open, with requests written to it. */
  open(...targets: string[]): this {
    for (const target of targets) this.ask(target);
    this.rig.pass(0);
    this.rig.socket.writable();
    return this;
  }

  /** Events that are not bodies. */
  get ends(): string[] {
    return this.events.filter((event) => !/^(head|body):/.test(event));
  }
}
