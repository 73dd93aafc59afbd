// The SDK's counter of milliseconds: a signed number of 32 bits, set by hand; and its clock.

export default {
  ticks: 0,
  /** What the clock was set to last, seconds since 1970. */
  seconds: 0,
  set(seconds: number): void {
    this.seconds = seconds;
  },
};
