// Who makes the device, and which model it is: as the service knows them.

// Frozen: the module is preloaded, and what it holds lies in flash.
export const product = Object.freeze({ vendor: "acme", model: "lamp" });
