// "mc/ffi". A module of this folder has in the archive a name that no `../` fits: it only passes on.

export { default } from "hosts/mcsim/ffi";
