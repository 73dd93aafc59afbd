// The product on the SDK's own simulator: builds it, in the clear and with TLS, and has each live.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Authority } from "./certificates.js";
import { writeVariant, type Project } from "./chips.js";
import { live } from "./life.js";
import type { AppSource, SDK } from "./sdk.js";
import { liveSecurely, serverName } from "./secure-life.js";
import { Screen, Simulator, type MemoryPeaks } from "./simulator.js";

type Print = (line: string) => void;

/** What both lives need. */
interface Stage {
  readonly sdk: SDK;
  readonly project: Project;
  readonly folder: string;
  readonly screen: Screen;
  readonly print: Print;
}

/** What is wrong, one line each. Prints what was lived, or why it was not. */
export async function checkSimulator(sdk: SDK, project: Project, print: Print): Promise<string[]> {
  const problem = Simulator.problem(sdk);
  if (problem !== undefined) {
    print(`the SDK's simulator: skipped: ${problem}`);
    return [];
  }
  const folder = join(project.outFolder, "lin");
  mkdirSync(folder, { recursive: true });
  let screen: Screen | undefined;
  try {
    screen = await Screen.open();
    const stage: Stage = { sdk, project, folder, screen, print };
    await liveInTheClear(stage);
    await liveOverTLS(stage);
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  } finally {
    screen?.close();
  }
}

async function liveInTheClear({ sdk, project, folder, screen, print }: Stage): Promise<void> {
  const flashFile = join(folder, "flash.bin");
  const library = build(sdk, { folder: project.root, config: { flashFile } });
  const { boots, imageBytes, resentBytes, peaks, chipEngine } = await live({
    ...{ sdk, screen, library, flashFile },
  });
  print(`lin: two updates of ${number(imageBytes)} bytes, each cut half way, in ${boots} boots;`);
  print(`lin: the simulated chip (${chipEngine}) went on with the flash, and gave it back;`);
  print(`lin: ${number(resentBytes)} bytes were sent twice; memory at most ${memory(peaks)}`);
}

async function liveOverTLS({ sdk, project, folder, screen, print }: Stage): Promise<void> {
  const keys = join(folder, "keys");
  const authority = Authority.create(keys, "authority");
  const flashFile = join(folder, "secure-flash.bin");
  const source = writeVariant(project, "secure", {
    manifests: ["hosts/esp32/tls/manifest.json"],
    data: { "ca.der": authority.certificate },
    config: { flashFile, tlsServerName: serverName },
  });
  const library = build(sdk, source);
  const { refused, peaks } = await liveSecurely({
    ...{ sdk, screen, library, flashFile, authority, folder: keys },
  });
  print(`lin with TLS: refused ${refused.join(", ")};`);
  print(
    `lin with TLS: one update by the authority that is pinned; memory at most ${memory(peaks)}`,
  );
}

/** Returns the app. Throws an Error that holds the mistakes. */
function build(sdk: SDK, source: AppSource): string {
  const { ok, typeErrors, output, library } = sdk.build(source, {
    platform: "lin",
    instrumented: true,
  });
  if (typeErrors.length > 0) throw new Error(typeErrors.join("\n"));
  if (!ok) throw new Error(output.trim());
  return library;
}

/** Slots are 32 bytes on this computer, 16 on a chip. */
function memory({ chunkBytes, slotBytes, stackBytes }: MemoryPeaks): string {
  const onChip = chunkBytes + (slotBytes + stackBytes) / 2;
  const parts = `chunks ${number(chunkBytes)}, slots ${number(slotBytes)}, stack ${number(stackBytes)}`;
  return `${number(onChip)} bytes with a chip's slots (here ${parts})`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
