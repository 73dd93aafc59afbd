// The product's observer, called so that its mistakes do no harm: a callback that throws would reset
// the chip, and cost a release its trial. What it throws goes to the log, once in a row.

import type { Log } from "../ports/log.js";
import type { AgentObserver } from "./options.js";
import type { AgentStatus } from "./status.js";

export class GuardedObserver implements Required<AgentObserver> {
  readonly #observer: AgentObserver;
  readonly #log: Log;
  #lastFault = "";

  constructor(observer: AgentObserver, log: Log) {
    this.#observer = observer;
    this.#log = log;
  }

  status(status: AgentStatus): void {
    try {
      this.#observer.status?.(status);
    } catch (error) {
      this.#logFault("status", error);
    }
  }

  progress(doneBytes: number, totalBytes: number): void {
    try {
      this.#observer.progress?.(doneBytes, totalBytes);
    } catch (error) {
      this.#logFault("progress", error);
    }
  }

  fetched(byteLength: number): void {
    try {
      this.#observer.fetched?.(byteLength);
    } catch (error) {
      this.#logFault("fetched", error);
    }
  }

  connected(): void {
    try {
      this.#observer.connected?.();
    } catch (error) {
      this.#logFault("connected", error);
    }
  }

  requested(): void {
    try {
      this.#observer.requested?.();
    } catch (error) {
      this.#logFault("requested", error);
    }
  }

  #logFault(callback: keyof AgentObserver, error: unknown): void {
    const fault = `the product's observer fails in ${callback}: ${String(error)}`;
    if (fault === this.#lastFault) return;
    this.#lastFault = fault;
    this.#log(fault);
  }
}
