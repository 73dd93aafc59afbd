// Modules of a program in one run of bytes: what the payload of a simulated chip's firmware is.
// Integrity is the business of the image around it. Numbers are little-endian, texts UTF-8.
//
//   0 magic "JSMA"   4 number of modules (4)   8 bytes of the whole archive (4)
//   per module: bytes of the name (4)   bytes of the text (4)   name   text

const magic = "JSMA";
const headerBytes = 12;
const lengthsBytes = 8;

/** Text by file name (`main.js`). */
export type Modules = Readonly<Record<string, string>>;

export function encodeModules(modules: Modules): Buffer {
  const parts = Object.entries(modules).flatMap(([name, text]) => {
    checkName(name);
    const [nameBytes, textBytes] = [Buffer.from(name), Buffer.from(text)];
    return [uint32(nameBytes.length), uint32(textBytes.length), nameBytes, textBytes];
  });
  const body = Buffer.concat(parts);
  const count = Object.keys(modules).length;
  return Buffer.concat([
    Buffer.from(magic),
    uint32(count),
    uint32(headerBytes + body.length),
    body,
  ]);
}

/** The modules of the archive that `archived` begins with. Throws an Error if there is none. */
export function decodeModules(archived: Uint8Array): Modules {
  const bytes = Buffer.from(archived.buffer, archived.byteOffset, archived.byteLength);
  if (bytes.length < headerBytes || bytes.toString("latin1", 0, 4) !== magic) {
    throw new Error("the firmware carries no program for the simulated chip");
  }
  const end = bytes.readUInt32LE(8);
  const archive = bytes.subarray(0, end);
  const modules: Record<string, string> = {};
  let position = headerBytes;
  for (let left = bytes.readUInt32LE(4); left > 0; left -= 1) {
    const nameStart = position + lengthsBytes;
    if (nameStart > archive.length) throw cutShort();
    const textStart = nameStart + archive.readUInt32LE(position);
    const textEnd = textStart + archive.readUInt32LE(position + 4);
    if (textEnd > archive.length) throw cutShort();
    const name = archive.toString("utf8", nameStart, textStart);
    checkName(name);
    modules[name] = archive.toString("utf8", textStart, textEnd);
    position = textEnd;
  }
  return modules;
}

/** Names become files beside each other: nothing leads elsewhere. */
function checkName(name: string): void {
  if (!/^[a-z0-9][a-z0-9.-]*\.js$/i.test(name)) {
    throw new Error(`"${name}" is no name for a module: expected one like main.js`);
  }
}

function cutShort(): Error {
  return new Error("the firmware's program is cut short");
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
