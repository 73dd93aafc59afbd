import assert from "node:assert/strict";

import type { WiFiNetwork } from "../../../hosts/esp32/wifi.js";
import type { Log } from "../../../src/ports/log.js";
import "./moddable/register.js";
import FakeTimer from "./moddable/timer.js";
import FakeWiFi from "./moddable/wifi.js";

describe("Wi-Fi on the chip", () => {
  let joinNetwork: (network: WiFiNetwork, log: Log) => void;
  let lines: string[];

  before(async () => {
    ({ joinNetwork } = await import("../../../hosts/esp32/wifi.js"));
  });

  function join(ssid: string, password: string): FakeWiFi {
    FakeTimer.pending = [];
    lines = [];
    joinNetwork({ ssid, password }, (line) => lines.push(line));
    assert(FakeWiFi.last !== undefined);
    return FakeWiFi.last;
  }

  it("joins at once, tells its address, and joins again after each loss", () => {
    const wifi = join("shed", "sesame");
    assert.deepEqual(wifi.joined, [{ SSID: "shed", password: "sesame" }]);
    wifi.change(400);
    wifi.change(500);
    FakeTimer.fire();
    assert.equal(wifi.joined.length, 1);
    wifi.change(200);
    FakeTimer.fire();
    assert.equal(wifi.joined.length, 2);
    assert.deepEqual(lines, ["Wi-Fi: address 192.0.2.1", "Wi-Fi: disconnected"]);
  });

  it("waits for a try under way, and lives with one that cannot start", () => {
    const wifi = join("shed", "");
    FakeTimer.fire();
    assert.deepEqual(wifi.joined, [{ SSID: "shed" }]);
    wifi.change(200);
    wifi.fails = true;
    FakeTimer.fire();
    wifi.fails = false;
    FakeTimer.fire();
    assert.equal(wifi.joined.length, 2);
    assert.deepEqual(lines, ["Wi-Fi: disconnected", "Wi-Fi: could not start to join"]);
  });

  it("says so if no network is configured, with the radio on", () => {
    const wifi = join("", "");
    assert.deepEqual(wifi.joined, []);
    assert.deepEqual(FakeTimer.pending, []);
    assert.match(lines.join(), /no network is configured/);
  });
});
