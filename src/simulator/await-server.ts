// Makes sure that an outside server is there before a device is made for it: what is wrong with an
// address is told by name here, where a device behind a link could only say that nobody answers.

import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

const triesMax = 10;
const pauseMs = 500;

/** Waits a few seconds for a server that is just starting. Throws an Error that says what to do. */
export async function awaitServer(address: ServerAddress): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await tryConnect(address);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const name = `${address.host}:${address.port}`;
      if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
        throw new Error(`there is no host "${address.host}": check --server`, { cause: error });
      }
      if (tries === triesMax) {
        throw new Error(
          `nothing listens at ${name} (${code}): start the service, or check --server`,
          {
            cause: error,
          },
        );
      }
      await sleep(pauseMs);
    }
  }
}

function tryConnect(address: ServerAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, timeout: triesMax * pauseMs });
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("timeout", () => {
      socket.destroy(Object.assign(new Error("no answer"), { code: "ETIMEDOUT" }));
    });
    socket.once("error", reject);
  });
}
