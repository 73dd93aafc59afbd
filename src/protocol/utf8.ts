// UTF-8, since XS has no TextEncoder and no TextDecoder. Both ways are lenient, and give what
// those two give: a lone surrogate and a malformed sequence become U+FFFD (RFC 3629; where one
// malformed sequence ends is defined in Unicode 15, section 3.9, "maximal subparts").

const replacement = 0xfffd;
/** Code units turned into a string at a time: bounds the arguments of one call. */
const unitsMax = 64;

/** The UTF-8 bytes of `text`. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(utf8ByteLength(text));
  let end = 0;
  for (let i = 0; i < text.length; i += 1) {
    const point = scalarAt(text, i);
    if (point < 0x80) {
      bytes[end++] = point;
      continue;
    }
    if (point < 0x800) {
      bytes[end++] = 0xc0 | (point >> 6);
    } else {
      if (point < 0x10000) {
        bytes[end++] = 0xe0 | (point >> 12);
      } else {
        i += 1;
        bytes[end++] = 0xf0 | (point >> 18);
        bytes[end++] = 0x80 | ((point >> 12) & 0x3f);
      }
      bytes[end++] = 0x80 | ((point >> 6) & 0x3f);
    }
    bytes[end++] = 0x80 | (point & 0x3f);
  }
  return bytes;
}

/** How many bytes `encodeUtf8` would give. */
function utf8ByteLength(text: string): number {
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const point = scalarAt(text, i);
    if (point < 0x80) length += 1;
    else if (point < 0x800) length += 2;
    else if (point < 0x10000) length += 3;
    else {
      length += 4;
      i += 1;
    }
  }
  return length;
}

/** The text of `bytes` from `start` up to, not including, `end`. Never throws; keeps a BOM. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  const units: number[] = [];
  let text = "";
  let i = start;
  while (i < end) {
    const lead = bytes[i] ?? 0;
    i += 1;
    if (lead < 0x80) {
      units.push(lead);
    } else {
      let left = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
      let point = lead & (0x3f >> left);
      let isWhole = lead >= 0xc2 && lead <= 0xf4;
      // The second byte's range keeps out overlong forms, surrogates and what is above U+10FFFF.
      let low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      let high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      while (isWhole && left > 0) {
        const next = i < end ? (bytes[i] ?? 0) : 0;
        if (next >= low && next <= high) {
          point = (point << 6) | (next & 0x3f);
          left -= 1;
          i += 1;
          low = 0x80;
          high = 0xbf;
        } else {
          isWhole = false;
        }
      }
      pushUnits(units, isWhole ? point : replacement);
    }
    if (units.length >= unitsMax) {
      text += String.fromCharCode(...units);
      units.length = 0;
    }
  }
  return text + String.fromCharCode(...units);
}

/** The Unicode scalar value that begins at `index`. */
function scalarAt(text: string, index: number): number {
  const point = text.codePointAt(index) ?? replacement;
  return point >= 0xd800 && point <= 0xdfff ? replacement : point;
}

function pushUnits(units: number[], point: number): void {
  if (point < 0x10000) units.push(point);
  else units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
}
