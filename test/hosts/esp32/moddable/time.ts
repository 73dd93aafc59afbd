// The SDK's counter of milliseconds: a signed number of 32 bits, set by hand.

export default { ticks: 0 };
