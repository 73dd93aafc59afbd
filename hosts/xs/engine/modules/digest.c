// The module `crypt`, of which the chip's agent needs one class: Digest, and of its algorithms one.

#include "module.h"
#include "sha256.h"
#include "text.h"

static const char source[] =
  "class Digest @ \"dispose\" {"
  "  constructor(algorithm) @ \"construct\";"
  "  write(data) @ \"write\";"
  "  close() @ \"close\";"
  "}"
  "export { Digest };";

static void dispose(void *data)
{
  free(data);
}

static const txHostHooks hooks = { .destructor = dispose };

static void construct(txMachine *the)
{
  chip_native_context(the);
  if (xsmcArgc == 0 || strcmp(xsmcToString(xsArg(0)), "SHA256"))
    xsRangeError("Digest: expected SHA256");
  chip_sha256 *self = chip_allocate(sizeof *self);
  chip_sha256_begin(self);
  chip_set_host_data(the, &xsThis, self, &hooks);
}

// A string is digested as UTF-8.
static void write_bytes(txMachine *the)
{
  chip_sha256 *self = chip_host_data(the, &xsThis, &hooks);
  void *bytes;
  xsUnsignedValue length;
  if (xsmcTypeOf(xsArg(0)) == xsStringType || xsmcTypeOf(xsArg(0)) == xsStringXType) {
    const char *text = xsmcToString(xsArg(0));
    char *utf8 = chip_allocate(strlen(text) + 1);
    chip_sha256_write(self, utf8, chip_text_to_utf8(text, utf8));
    free(utf8);
  } else {
    xsmcGetBufferReadable(xsArg(0), &bytes, &length);
    chip_sha256_write(self, bytes, length);
  }
}

static void close_digest(txMachine *the)
{
  uint8_t bytes[CHIP_SHA256_BYTES];
  chip_sha256 *self = chip_host_data(the, &xsThis, &hooks);
  chip_sha256_end(self, bytes);
  chip_set_host_data(the, &xsThis, NULL, &hooks);
  free(self);
  xsmcSetArrayBuffer(xsResult, bytes, sizeof bytes);
}

static const chip_native natives[] = {
  { "dispose", NULL, dispose },
  { "construct", construct, NULL },
  { "write", write_bytes, NULL },
  { "close", close_digest, NULL },
  { NULL, NULL, NULL },
};

const chip_module chip_digest_module = { "crypt", source, natives };
