// The module hooks of a mutant (mutant-loader.ts); they run in a thread of their own.

import type { InitializeHook, LoadHook } from "node:module";
import type { Mutation } from "./mutant-loader.js";

let mutation: Mutation | undefined;

export const initialize: InitializeHook<Mutation> = (data) => {
  mutation = data;
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  if (mutation === undefined || !url.endsWith(`/build/${mutation.file}`)) return loaded;
  if ("source" in mutation) return { ...loaded, source: mutation.source };
  const { find, replace, file } = mutation;
  const { source = "" } = loaded;
  const text = typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString();
  const pieces = text.split(find);
  if (pieces.length !== 2) {
    throw new Error(`${file} has "${find}" ${pieces.length - 1} times, expected once`);
  }
  return { ...loaded, source: pieces.join(replace) };
};
