// The release that a new one follows: what its image says, so that the new one can be held to it.

import type { Contents } from "../../../client/contents.js";
import { ClientError } from "../../../client/client-error.js";
import { openSha256 } from "../../../../hosts/node/digest.js";
import { inspect } from "../../../inspect/inspect.js";
import { imageHeadBytes } from "../../../flash/app-image-head.js";
import { compareVersions, splitReleaseId, type Version } from "../../../protocol/version.js";
import type { ReleaseImage } from "./release-image.js";

export interface Neighbour {
  readonly id: string;
  readonly project: string;
  readonly chip: string;
}

/** Releases whose image is looked for: older ones may not be images, or not be uploaded. */
const looksMax = 5;

/** The newest release of that name, but for `id`, that is an image. Undefined: there is none. */
export async function findNeighbour(
  contents: Contents,
  model: string,
  name: string,
  id: string,
): Promise<Neighbour | undefined> {
  const releases = (await contents.list(model))
    .filter((other) => other !== id)
    .map((other) => [other, splitReleaseId(other, name)] as const)
    .filter((entry): entry is readonly [string, Version] => entry[1] !== undefined)
    .sort(([, one], [, other]) => compareVersions(other, one));
  for (const [other] of releases.slice(0, looksMax)) {
    const found = inspect(await headOf(contents, model, other), { openDigest: openSha256 });
    if (found?.kind !== "app") continue;
    const { project, chip } = found.app;
    if (project !== undefined && chip !== undefined) return { id: other, project, chip };
  }
  return undefined;
}

/** What does not fit the neighbour, in sentences. */
export function differencesFrom(neighbour: Neighbour, image: ReleaseImage): string[] {
  const { id, project, chip } = neighbour;
  const differences: string[] = [];
  if (image.project !== project) {
    differences.push(
      `the image says project "${image.project}", ${id} says "${project}": devices take images ` +
        "of their own project only (--stamp writes the name into the image)",
    );
  }
  if (image.chip !== chip) {
    differences.push(`the image is for ${image.chip}, ${id} is for ${chip}`);
  }
  return differences;
}

/** The first bytes of a content; none if it has none, or is gone. */
async function headOf(contents: Contents, model: string, id: string): Promise<Uint8Array> {
  try {
    const range = { first: 0, last: imageHeadBytes - 1 };
    const { chunks } = await contents.download(model, id, { range });
    const gathered: Uint8Array[] = [];
    for await (const chunk of chunks) gathered.push(chunk);
    return Buffer.concat(gathered);
  } catch (error) {
    const isExpected = error instanceof ClientError && error.kind !== "unreachable";
    if (isExpected) return new Uint8Array();
    throw error;
  }
}
