// The product: who makes it, what it is, and what it does beside updating itself.

import { openPlatform, startAgent } from "provision-agent/device";
import { product } from "./product.js";
import { formatMeasurement, Sensor } from "./sensor.js";

// The platform first: it starts the watchdog, so that any later hang ends in a reset.
const platform = openPlatform();

/** Degrees Celsius. Put your sensor's driver here. */
function readTemperature(): number {
  return 20 + 5 * Math.sin(platform.clock() / 60_000);
}

const sensor = new Sensor(platform, readTemperature, {
  begun: (number) => platform.log(`measurement ${number} begins`),
  measured: (measurement) => platform.log(formatMeasurement(measurement)),
});
sensor.start();

startAgent(platform, {
  // What the factory has written into flash wins over this.
  identity: product,
  hooks: {
    // Why a release is not wanted, or undefined to take it. Asked before anything is erased.
    refuseRelease: () => undefined,
    // A restart waits for the end of a measurement.
    mayRestart: () => !sensor.isMeasuring,
    // A new image has to measure something plausible, or the device goes back to the old one.
    selfTest: (done) => {
      sensor.onceMeasured(({ average }) => {
        done(average > -40 && average < 125);
      });
    },
  },
});
