// Keeps the chip on its Wi-Fi network.
//
// The application does this itself because the SDK's own start-up joins only once, waits for the
// network before it starts the program, and would keep a trial image from ever being judged.

import WiFi from "embedded:network/interface/wifi";
import Timer from "timer";
import type { Log } from "../../src/ports/log.js";

export interface WiFiNetwork {
  readonly ssid: string;
  /** Empty for an open network. */
  readonly password: string;
}

// Values of the SDK's `connection`: below `connecting` nothing is under way.
const connecting = 300;
const connected = 500;
/** How often to look whether the network must be joined again. */
const wifiRejoinMs = 5_000;

/**
 * Joins the network and joins it again whenever it is lost, for ever. Returns at once.
 * The radio and lwIP start here: no socket may be opened before.
 */
export function joinNetwork(network: WiFiNetwork, log: Log): void {
  const wifi = new WiFi({
    onChanged: () => {
      if (wifi.connection === connected) log(`Wi-Fi: address ${wifi.address ?? "unknown"}`);
      else if (wifi.connection < connecting) log("Wi-Fi: disconnected");
    },
  });
  if (network.ssid === "") {
    log("Wi-Fi: no network is configured (wifiSSID)");
    return;
  }

  const join = (): void => {
    if (wifi.connection >= connecting) return;
    try {
      wifi.connect(
        network.password === ""
          ? { SSID: network.ssid }
          : { SSID: network.ssid, password: network.password },
      );
    } catch {
      log("Wi-Fi: could not start to join");
    }
  };
  join();
  Timer.repeat(join, wifiRejoinMs);
}
