// The chip's composition root: configuration, Wi-Fi, platform, agent. Decides nothing.
//
// Configuration is the `config` section of the manifest, overridden on mcconfig's command line
// (`mcconfig -m -p esp32 wifiSSID=... wifiPassword=...`), where every value is a string. Who the
// device is comes from the factory's keys in flash.

import config from "mc/config";
import { Agent } from "../../src/agent/agent.js";
import { openPlatform } from "./platform.js";
import { joinNetwork } from "./wifi.js";

function text(name: string): string {
  const value = config[name];
  return typeof value === "string" ? value : "";
}

// The platform first: it starts the watchdog, so that whatever hangs after it is reset.
const platform = openPlatform();
joinNetwork({ ssid: text("wifiSSID"), password: text("wifiPassword") }, platform.log);
new Agent(platform).start();
