// An example of what a product does: it samples a sensor at fixed moments, and averages a few
// samples to a measurement. An update must not disturb it: it runs between the agent's short turns,
// and a measurement that has begun ends before the device restarts.

import type { Clock, Timer } from "provision-agent/device";

export interface Measurement {
  /** Counted from boot. */
  readonly number: number;
  readonly average: number;
  readonly samples: number;
  /** How late the latest sample was. */
  readonly latenessMsMax: number;
}

/** What a sensor needs of the platform. */
export interface SensorPlatform {
  readonly clock: Clock;
  readonly timer: Timer;
}

const sampleIntervalMs = 50;
const samplesPerMeasurement = 8;
const pauseMs = 600;

/** What is told of measurements. */
export interface SensorObserver {
  begun(number: number): void;
  measured(measurement: Measurement): void;
}

export class Sensor {
  readonly #platform: SensorPlatform;
  readonly #read: () => number;
  readonly #observer: SensorObserver;
  readonly #waiting: ((measurement: Measurement) => void)[] = [];
  #number = 0;
  #samples: number[] = [];
  #dueMs = 0;
  #latenessMsMax = 0;

  constructor(platform: SensorPlatform, read: () => number, observer: SensorObserver) {
    this.#platform = platform;
    this.#read = read;
    this.#observer = observer;
  }

  /** A measurement has begun and not ended. */
  get isMeasuring(): boolean {
    return this.#samples.length > 0;
  }

  start(): void {
    this.#dueMs = this.#platform.clock();
    this.#await();
  }

  /** Calls `callback` once, with the next measurement. */
  onceMeasured(callback: (measurement: Measurement) => void): void {
    this.#waiting.push(callback);
  }

  #await(): void {
    const delayMs = Math.max(0, this.#dueMs - this.#platform.clock());
    this.#platform.timer.set(() => {
      this.#sample();
    }, delayMs);
  }

  #sample(): void {
    const latenessMs = this.#platform.clock() - this.#dueMs;
    this.#latenessMsMax = Math.max(this.#latenessMsMax, latenessMs);
    if (this.#samples.length === 0) this.#observer.begun(this.#number + 1);
    this.#samples.push(this.#read());
    if (this.#samples.length < samplesPerMeasurement) this.#dueMs += sampleIntervalMs;
    else {
      this.#finish();
      this.#dueMs = this.#platform.clock() + pauseMs;
    }
    this.#await();
  }

  #finish(): void {
    const samples = this.#samples.length;
    const average = this.#samples.reduce((sum, sample) => sum + sample, 0) / samples;
    this.#number += 1;
    const measurement = {
      number: this.#number,
      average,
      samples,
      latenessMsMax: this.#latenessMsMax,
    };
    this.#samples = [];
    this.#latenessMsMax = 0;
    this.#observer.measured(measurement);
    for (const callback of this.#waiting.splice(0)) callback(measurement);
  }
}

/** `measurement 3: 20.41 of 8 samples, at most 4 ms late` */
export function formatMeasurement(measurement: Measurement): string {
  const { number, average, samples, latenessMsMax } = measurement;
  const value = average.toFixed(2);
  return `measurement ${number}: ${value} of ${samples} samples, at most ${latenessMsMax} ms late`;
}
