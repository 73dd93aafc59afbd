// What must hold when a life has come to its end.

import { esp32, verifyBootImage } from "../../../src/formats/boot/boot-image.js";
import { openSha256 } from "../../../hosts/node/digest.js";
import { boot } from "../../../src/formats/boot/boot-loader.js";
import type { Life } from "./life.js";
import { serial } from "./start.js";

/** Boots that a cut may cost: its own, and those of a decision that is carried out again. */
const bootsPerCut = 3;
/** Requests that a cut may cost: to activate, list, look, and what was in flight. */
const requestsPerCut = 16;

export function checkEnd(life: Life): void {
  if (life.watch.violation !== undefined || life.isStranded) return;
  life.watch.demand("no crash", true, () => "");
  life.watch.demand("comes to an end", true, () => "");
  life.watch.demand("flash takes writes", true, () => "");
  checkKey(life);
  checkImage(life);
  checkCost(life);
  checkSettled(life);
}

function checkKey({ watch, ledger, service }: Life): void {
  const known = service.ciks.get(serial);
  watch.demand("key valid", ledger.promised.get("cik") === known, () => "it holds another key");
}

function checkImage(life: Life): void {
  const { watch, ledger, running, rig } = life;
  const { ends, release, replacement } = rig.scenario;
  const isReleased = running === release || (running !== undefined && running === replacement);
  if (ends === "updated" && !life.isGivenUp) {
    const isRejected = ledger.promised.has("rejected");
    watch.demand("update not lost", isReleased && !isRejected, () => life.describe());
  } else {
    watch.demand("bad image reverted", !isReleased && life.records.isRejected(release), () =>
      life.describe(),
    );
    const cause = life.records.causeOf(release) ?? "";
    const isTold = ledger.cuts > 0 || (rig.scenario.cause?.test(cause) ?? true);
    watch.demand("cause told", isTold, () => cause);
    checkIdleSlot(life);
  }
  const isKept = [...ledger.confirmed].every((sha256) => sha256 === running?.sha256);
  watch.demand("decision kept", isKept, () => `${running?.version ?? "nothing"} runs`);
}

/** A boot loader that falls back asks nobody what was rejected. */
function checkIdleSlot({ watch, rig, flash, slot }: Life): void {
  const { slotOffsets, slotBytes } = rig.layout;
  const offset = slotOffsets[slot === 0 ? 1 : 0];
  const verdict = verifyBootImage(
    flash,
    { offset, size: slotBytes },
    { chip: esp32, openDigest: openSha256 },
  );
  watch.demand("rejected not bootable", "problem" in verdict, () => `slot ${1 - slot}`);
}

function checkCost({ watch, ledger, rig, mishaps, absence }: Life): void {
  const { cost, scenario } = rig;
  if (cost === undefined) return; // This is the life that tells it.
  const { cuts } = ledger;
  const { replacement, decays = false } = scenario;
  const isTwice = (cuts > 0 && (replacement !== undefined || decays)) || ledger.losses > 0;
  const images = isTwice ? 2 : 1;
  const twice = ledger.fetchedBytes - images * cost.fetchedBytes;
  watch.demand(
    "bytes bounded",
    twice <= cuts * (4096 + scenario.chunkBytes),
    () => `${twice} bytes fetched twice`,
  );
  const boots = ledger.boots - cost.boots;
  watch.demand(
    "boots bounded",
    boots <= cuts * bootsPerCut + absence.bootsMax,
    () => `${boots} boots more`,
  );
  const requests = ledger.requests - images * cost.requests;
  watch.demand(
    "requests bounded",
    requests <= (cuts + mishaps) * requestsPerCut + absence.requestsMax,
    () => `${requests} requests more`,
  );
}

function checkSettled({ watch, ledger, flash, slot }: Life): void {
  const open = ["armed", "confirmed"].filter((key) => ledger.promised.has(key));
  flash.powerOn();
  const next = boot(flash, { openDigest: openSha256 }).booted?.index;
  const isSettled = open.length === 0 && next === slot && flash.operations.length === 0;
  watch.demand("settled", isSettled, () => `open: ${open.join()}; the next boot takes ${next}`);
}
