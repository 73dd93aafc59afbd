// The SDK's Wi-Fi station, whose connection is changed by hand.

export default class FakeWiFi {
  /** The station made last. */
  static last: FakeWiFi | undefined;

  readonly address = "192.0.2.1";
  readonly joined: { SSID: string; password?: string }[] = [];
  connection = 200;
  /** The next `connect` throws. */
  fails = false;
  readonly #onChanged: () => void;

  constructor({ onChanged }: { onChanged: () => void }) {
    this.#onChanged = onChanged;
    FakeWiFi.last = this;
  }

  connect(network: { SSID: string; password?: string }): void {
    if (this.connection === 300) throw new Error("already connecting");
    if (this.fails) throw new Error("connect failed");
    this.joined.push(network);
    this.connection = 300;
  }

  change(connection: number): void {
    this.connection = connection;
    this.#onChanged();
  }
}
