// "embedded:storage/flash"

export { default } from "hosts/mcsim/flash";
