// What the new image of a life does once it runs: it is the agent, in a product that behaves.

import type { Agent } from "../../../src/agent/agent.js";
import type { AgentOptions } from "../../../src/agent/options.js";
import type { Platform } from "../../../src/ports/platform.js";

/** How the product of the new image behaves. */
export type Behaviour =
  | "works"
  /** Resets the chip at once, without having said so. */
  | "crashes"
  /** Does nothing, until the watchdog bites. */
  | "hangs"
  /** Finds no network. */
  | "silent"
  /** Fails its own test. */
  | "unwell"
  /** Its own test never ends. */
  | "undecided"
  /** Restarts the chip for its own reasons, in its first trial, and works from then on. */
  | "restarts"
  /** The same, and crashes from then on. */
  | "restarts-crashes";

/** What made the agent of a life: the one of this source, or an older one. */
export type StartAgent = (platform: Platform, options: AgentOptions) => Agent;

/** Starts the new image; undefined if its agent never runs. */
export function startNewImage(
  behaviour: Behaviour,
  isFirstTrial: boolean,
  start: StartAgent,
  platform: Platform,
  options: AgentOptions,
): Agent | undefined {
  const { timer, boot } = platform;
  switch (behaviour) {
    case "works":
      return start(platform, options);
    case "crashes":
      timer.set(() => {
        boot.restart();
      }, 1);
      return undefined;
    case "hangs":
      return undefined;
    case "silent":
      return start({ ...platform, resolve: noNetwork(platform) }, options);
    case "unwell":
      return start(
        platform,
        withTest(options, (done) => {
          done(false);
        }),
      );
    case "undecided":
      return start(
        platform,
        withTest(options, () => undefined),
      );
    case "restarts":
    case "restarts-crashes": {
      if (!isFirstTrial && behaviour === "restarts-crashes") {
        return startNewImage("crashes", false, start, platform, options);
      }
      const agent = start(platform, options);
      if (isFirstTrial) agent.restart();
      return agent;
    }
    default:
      return behaviour satisfies never;
  }
}

function withTest(
  options: AgentOptions,
  selfTest: (done: (passed: boolean) => void) => void,
): AgentOptions {
  return { ...options, hooks: { ...options.hooks, selfTest } };
}

/** A resolver that knows no host. */
function noNetwork(platform: Platform): Platform["resolve"] {
  return (_host, onResolved) => {
    platform.timer.set(() => {
      onResolved(undefined);
    }, 10);
  };
}
