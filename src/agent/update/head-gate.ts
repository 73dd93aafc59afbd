// Gathers the first 288 bytes of an image and judges whether the release is for this device: by the
// rules of image-fit.ts, and by the product. A no counts only once the answer that held the head
// has come whole: what the way cut short says nothing about the release.

import { AppImageError } from "../../flash/app-image-error.js";
import { AppImageHeadReader, type AppImageHead } from "../../flash/app-image-head.js";
import type { ReleaseIdentity } from "../../protocol/release.js";
import type { Failure } from "../contact.js";
import type { CompleteOptions } from "../options.js";
import { refuseHead } from "./image-fit.js";

export type HeadRefusal =
  /** The image itself says that it is not for this device, or the product does. */
  | { readonly kind: "rejected"; readonly reason: string }
  /** The product cannot tell. */
  | Failure;

export class HeadGate {
  readonly #release: ReleaseIdentity;
  readonly #running: AppImageHead;
  readonly #options: Pick<CompleteOptions, "allowOlder" | "hooks">;
  #reader = new AppImageHeadReader();
  #refusal: HeadRefusal | undefined;

  constructor(
    release: ReleaseIdentity,
    running: AppImageHead,
    options: Pick<CompleteOptions, "allowOlder" | "hooks">,
  ) {
    this.#release = release;
    this.#running = running;
    this.#options = options;
  }

  /** Why the release is not taken, if it is not. */
  get refusal(): HeadRefusal | undefined {
    return this.#refusal;
  }

  /** The head, once it is complete and accepted. */
  get accepted(): Uint8Array | undefined {
    const isAccepted = this.#reader.head !== undefined && this.#refusal === undefined;
    return isAccepted ? this.#reader.bytes : undefined;
  }

  /** The head is asked for again. */
  reset(): void {
    this.#reader = new AppImageHeadReader();
    this.#refusal = undefined;
  }

  /** Takes the next bytes of the image; returns how many of them belong to the head. */
  take(bytes: Uint8Array): number {
    if (this.#refusal !== undefined) return bytes.length;
    try {
      const taken = this.#reader.write(bytes);
      if (this.#reader.head !== undefined) this.#refusal = this.#judge(this.#reader.head);
      return taken;
    } catch (error) {
      if (!(error instanceof AppImageError)) throw error;
      this.#refusal = { kind: "rejected", reason: error.message };
      return bytes.length;
    }
  }

  #judge(head: AppImageHead): HeadRefusal | undefined {
    const { allowOlder, hooks } = this.#options;
    const reason = refuseHead(this.#release, head, this.#running, allowOlder);
    if (reason !== undefined) return { kind: "rejected", reason };
    const { version, projectName } = head.descriptor;
    const { id, sizeBytes, sha256 } = this.#release;
    try {
      const offered = { id, version, project: projectName, sizeBytes, sha256 };
      const refusal = hooks.refuseRelease?.(offered);
      return refusal === undefined ? undefined : { kind: "rejected", reason: refusal };
    } catch (error) {
      // No verdict: the release is offered to the product again, later.
      return { kind: "failed", reason: `the product cannot judge the release: ${String(error)}` };
    }
  }
}
