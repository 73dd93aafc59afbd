// What a download cost: bytes that had to come, bytes that came, and what was fetched twice.

export class DownloadAccount {
  /** Of the image; 0 before a download. */
  imageBytes = 0;
  /** What an earlier run had left in the kept device's slot. */
  #firstBytes: number | undefined;
  #isResuming = false;

  /** Bytes that this run has to fetch. */
  get missingBytes(): number {
    return this.imageBytes - (this.#firstBytes ?? 0);
  }

  powerCut(): void {
    this.#isResuming = true;
  }

  /**
   * The download is at `doneBytes`. Returns where it goes on after a power cut, in words, once a cut.
   * @param fetchedBytes body bytes that the agent has read so far
   */
  progress(doneBytes: number, totalBytes: number, fetchedBytes: number): string | undefined {
    this.imageBytes = totalBytes;
    this.#firstBytes ??= doneBytes;
    if (!this.#isResuming) return undefined;
    this.#isResuming = false;
    const lostBytes = Math.max(0, fetchedBytes - (doneBytes - this.#firstBytes));
    return `goes on at ${doneBytes} of ${totalBytes} bytes; ${lostBytes} bytes are fetched twice`;
  }
}
