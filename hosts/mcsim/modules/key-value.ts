// "embedded:storage/key-value": the simulated chip's, over the module of the same folder.

export { default } from "hosts/xs/device/key-value";
