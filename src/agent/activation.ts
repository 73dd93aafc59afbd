// Getting the device's key: room for it first, then the question, then the answer into flash. The
// service gives a key out once, so whoever wants to stop the agent waits for `isUnderWay` to end.

import { ActivationExchange, type ActivationOutcome } from "./activation-exchange.js";
import type { Connection } from "./connection.js";
import type { ContactProblem } from "./contact.js";
import type { DeviceKey } from "./device-key.js";
import type { Identity } from "./identity.js";
import { activateRequest } from "./requests.js";
import type { Records } from "./slots/records.js";

export class Activation {
  readonly #records: Records;
  readonly #key: DeviceKey;
  #isUnderWay = false;

  constructor(records: Records, key: DeviceKey) {
    this.#records = records;
    this.#key = key;
  }

  /** The key may be on its way. */
  get isUnderWay(): boolean {
    return this.#isUnderWay;
  }

  /** Asks for the key. `onDone` gets undefined once the key is there, or why it is not. */
  begin(
    identity: Identity,
    connect: () => Connection,
    onDone: (problem: ContactProblem | undefined) => void,
  ): void {
    let mayBeActivated: boolean;
    try {
      mayBeActivated = this.#records.openActivation();
    } catch (error) {
      onDone({ kind: "failed", reason: `no room in flash for the CIK: ${String(error)}` });
      return;
    }
    this.#isUnderWay = true;
    const applicant = { ...identity, mayBeActivated };
    connect().send(
      new ActivationExchange(activateRequest(identity), applicant, (outcome) => {
        onDone(this.#end(outcome, mayBeActivated));
      }),
    );
  }

  /** The exchange was given up with its connection. */
  cancel(): void {
    this.#isUnderWay = false;
  }

  #end(outcome: ActivationOutcome, mayBeActivated: boolean): ContactProblem | undefined {
    this.#isUnderWay = false;
    if ("cik" in outcome) {
      this.#key.accept(outcome.cik);
      return undefined;
    }
    if (!outcome.mayBeLost && !mayBeActivated) this.#records.closeActivation();
    return outcome.problem;
  }
}
