// Contents as files: uploads and downloads of any size, piece by piece, with a bar.

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import type { Contents } from "../../../client/contents.js";
import { ClientError } from "../../../client/client-error.js";
import { blobContentType } from "../../../protocol/content-types.js";
import { formatMeta } from "../../../protocol/release.js";
import { parseVersion } from "../../../protocol/version.js";
import { ProgressBar } from "../../terminal/progress-bar.js";
import { misuse } from "../../terminal/session.js";

export interface ContentFile {
  readonly contents: Contents;
  readonly model: string;
  readonly id: string;
  readonly file: string;
  readonly isQuiet: boolean;
}

export interface Published {
  readonly bytes: number;
  readonly meta: string;
  /** Somebody had published the same before. */
  readonly wasThere: boolean;
}

const pieceBytes = 65_536;

/** @returns how many bytes it has */
export async function uploadFile(
  { contents, model, id, file, isQuiet }: ContentFile,
  contentType: string,
): Promise<number> {
  const handle = await open(file);
  try {
    const { size, isFile } = await sizeOf(handle);
    if (!isFile) throw new Error(`${file} is not a file`);
    const bar = new ProgressBar(size, "bytes", !isQuiet);
    const chunks = handle.createReadStream({ highWaterMark: pieceBytes, autoClose: false });
    try {
      const content = { byteLength: size, chunks: chunks as AsyncIterable<Uint8Array> };
      const onSent = (sentBytes: number): void => bar.update(sentBytes);
      await contents.upload(model, id, content, { contentType, onSent });
    } finally {
      bar.end();
      chunks.destroy();
    }
    return size;
  } finally {
    await handle.close();
  }
}

/** The file appears when all of it is there. @returns how many bytes it has */
export async function saveContent(
  { contents, model, id, file, isQuiet }: ContentFile,
  serial: string | undefined,
): Promise<number> {
  const draft = `${file}.part`;
  const handle = await open(draft, "w");
  let bar: ProgressBar | undefined;
  let savedBytes = 0;
  try {
    const options = serial === undefined ? {} : { serial };
    const { byteLength, chunks } = await contents.download(model, id, options);
    bar = new ProgressBar(byteLength, "bytes", !isQuiet);
    for await (const chunk of chunks) {
      await handle.writeFile(chunk);
      savedBytes += chunk.length;
      bar.update(savedBytes);
    }
    await handle.sync();
    if (savedBytes !== byteLength) {
      throw new Error(`expected ${byteLength} bytes of "${id}", got ${savedBytes}`);
    }
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    bar?.end();
    await handle.close();
  }
  return savedBytes;
}

/** Publishes a file under `version`, or what is missing of that. Throws if another file has it. */
export async function publishRelease(
  target: ContentFile,
  version: string,
  isProtected: boolean,
): Promise<Published> {
  if (parseVersion(version) === undefined) misuse("expected a semantic version such as 1.2.0");
  const { contents, model, id, file } = target;
  const meta = formatMeta({ version, sha256: await sha256Of(file) });
  try {
    await contents.create(model, id, { meta, protected: isProtected });
  } catch (error) {
    if (!(error instanceof ClientError) || error.kind !== "conflict") throw error;
    const there = await contents.info(model, id);
    if (there.meta !== meta || there.protected !== isProtected) {
      throw new Error(`"${id}" is there already, and is another release`, { cause: error });
    }
    if (there.sizeBytes > 0) return { bytes: there.sizeBytes, meta, wasThere: true };
  }
  return { bytes: await uploadFile(target, blobContentType), meta, wasThere: false };
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) hash.update(chunk);
  return hash.digest("hex");
}

async function sizeOf(
  handle: Awaited<ReturnType<typeof open>>,
): Promise<{ readonly size: number; readonly isFile: boolean }> {
  const status = await handle.stat();
  return { size: status.size, isFile: status.isFile() };
}
