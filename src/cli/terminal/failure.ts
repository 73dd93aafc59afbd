// The one line that a command which failed prints.

/** A native module of another Node, or one that npm never compiled. */
const nativePattern = /NODE_MODULE_VERSION|Could not locate the bindings file/;

/** One sentence for `error`, with the way out where there is one. */
export function sentenceOf(error: unknown): string {
  if (isOfNativeModule(error)) {
    return (
      "a native module is compiled for another Node than this one " +
      `(${process.versions.node}), or is not compiled: run npm rebuild`
    );
  }
  return error instanceof Error ? error.message : String(error);
}

/** Looks through the causes of an error too. */
function isOfNativeModule(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, message, cause } = error as NodeJS.ErrnoException;
  if (code === "ERR_DLOPEN_FAILED" || nativePattern.test(message)) return true;
  return isOfNativeModule(cause);
}
