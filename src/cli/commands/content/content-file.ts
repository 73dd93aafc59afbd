// Contents as files: uploads and downloads of any size, piece by piece, with a bar.

import { open, rename, rm } from "node:fs/promises";
import type { Contents } from "../../../client/contents.js";
import { blobContentType } from "../../../protocol/content-types.js";
import { ProgressBar } from "../../terminal/progress-bar.js";

export interface ContentFile {
  readonly contents: Contents;
  readonly model: string;
  readonly id: string;
  readonly file: string;
  readonly isQuiet: boolean;
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

/** Uploads what an entity stands for. */
export async function uploadBytes(
  { contents, model, id, isQuiet }: Omit<ContentFile, "file">,
  bytes: Uint8Array,
): Promise<void> {
  const bar = new ProgressBar(bytes.length, "bytes", !isQuiet);
  try {
    const onSent = (sentBytes: number): void => bar.update(sentBytes);
    await contents.upload(model, id, bytes, { contentType: blobContentType, onSent });
  } finally {
    bar.end();
  }
}

async function sizeOf(
  handle: Awaited<ReturnType<typeof open>>,
): Promise<{ readonly size: number; readonly isFile: boolean }> {
  const status = await handle.stat();
  return { size: status.size, isFile: status.isFile() };
}
