// Who makes the device, and which model it is: as the service knows them.

export const product = { vendor: "acme", model: "lamp" };
