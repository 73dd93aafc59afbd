// "embedded:storage/flash"

export { default } from "hosts/lin/flash";
