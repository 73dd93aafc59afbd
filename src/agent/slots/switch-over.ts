// The last step before the restart into a new image: the product's leave, the key in flash, and
// the commit point itself.

import type { DeviceKey } from "../device-key.js";
import type { AgentHooks } from "../options.js";
import type { Slots } from "./slots.js";

export type SwitchOutcome =
  | { readonly kind: "switched" }
  /** The product does not allow a restart now. */
  | { readonly kind: "vetoed"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Makes the boot loader start the armed image at the next reset, if the product allows it. */
export function switchOver(
  slots: Slots,
  key: DeviceKey,
  hooks: AgentHooks,
  isCalledOff: () => boolean,
): SwitchOutcome | undefined {
  const veto = vetoOf(hooks);
  if (isCalledOff()) return undefined; // The product stopped the agent.
  if (veto !== undefined) return { kind: "vetoed", reason: veto };
  if (!key.save()) {
    return { kind: "failed", reason: "no room in flash for the CIK, which a restart would lose" };
  }
  try {
    slots.switchToArmed();
  } catch (error) {
    return { kind: "failed", reason: `the switch could not be recorded: ${String(error)}` };
  }
  return { kind: "switched" };
}

/** Why the product does not allow a restart now. A hook that throws does not allow it. */
function vetoOf(hooks: AgentHooks): string | undefined {
  try {
    const allowed = hooks.mayRestart?.() ?? true;
    return allowed ? undefined : "the product does not allow it now";
  } catch (error) {
    return `the product fails to say whether it may restart: ${String(error)}`;
  }
}
