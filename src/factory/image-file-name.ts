// The file of a serial's image. What some file system or shell does not take is written as signs
// that no serial has, so that two serials never share a file, but for those that differ in nothing
// but case.

/** `0001` has `0001.bin`, `00:1B` has `00+1B.bin`, `.x` has `=.x.bin`. */
export function imageFileName(serial: string): string {
  const safe = serial.replaceAll(":", "+").replace(/^[. ~-]/, "=$&");
  return `${safe}.bin`;
}
