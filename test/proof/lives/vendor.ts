// The vendor's side of a life: what he offers, and whether he helps a device that waits for him.

import type { AgentStatus } from "../../../src/agent/status.js";
import type { Life } from "./life.js";
import { serial } from "./start.js";

const helpDelayMs = 1000;

export class Vendor {
  /** Whether he helps a device with this status now. */
  helps: (status: AgentStatus) => boolean = () => true;
  readonly #life: Life;
  #isHelpOnItsWay = false;

  constructor(life: Life) {
    this.#life = life;
  }

  /** Offers the release, or what has taken its place since the power first failed. */
  offer(): void {
    const { rig, ledger, service } = this.#life;
    const { release, served, replacement } = rig.scenario;
    const offered = ledger.cuts > 0 ? (replacement ?? release) : release;
    service.contents.set(`lamp-${offered.version}`, {
      bytes: offered === release ? (served ?? release.bytes) : offered.bytes,
      meta: `version=${offered.version}&sha256=${offered.sha256}`,
      timestampSeconds: offered === release ? 1_700_000_000 : 1_700_000_001,
    });
  }

  /** Nobody else can help a device whose key got lost on the way. */
  call(status: AgentStatus): void {
    const life = this.#life;
    const { ledger, service, watch } = life;
    const held = ledger.promised.get("cik");
    const isLost = held === undefined || held !== service.ciks.get(serial);
    const isMishap = ledger.isKeyAtRisk || life.isAnswerLost || ledger.losses > 0;
    watch.demand("key asked for help", isLost && isMishap, () => life.describe());
    const says = ledger.losses > 0 ? /enable serial 0001/ : /answer .* lost.*: enable serial 0001/;
    const isTold = status.waitsForHuman && says.test(status.reason);
    watch.demand("reason told", isTold, () => status.reason);
    if (this.#isHelpOnItsWay || service.enabled.has(serial) || !this.helps(status)) return;
    this.#isHelpOnItsWay = true;
    life.time.schedule(() => {
      this.#isHelpOnItsWay = false;
      ledger.helps += 1;
      service.enabled.add(serial);
    }, helpDelayMs);
  }
}
