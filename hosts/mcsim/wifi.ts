// The module "embedded:network/interface/wifi" of the SDK's simulator: a network that accepts
// everybody at once. The computer's own network is what carries the bytes.

import Timer from "timer";

const connecting = 300;
const connected = 500;

export default class WiFi {
  connection = 0;
  readonly address = "127.0.0.1";
  readonly #onChanged: ((property: "connection" | "address") => void) | undefined;

  constructor({ onChanged }: { onChanged?: (property: "connection" | "address") => void }) {
    this.#onChanged = onChanged;
  }

  connect({ SSID }: { SSID: string; password?: string }): void {
    if (SSID === "") throw new Error("no network");
    this.connection = connecting;
    Timer.set(() => {
      this.connection = connected;
      this.#onChanged?.("connection");
    });
  }
}
