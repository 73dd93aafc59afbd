// The module `embedded:storage/flash`: partitions of the flash image, opened as the ESP32 opens
// them. `running` is the slot we run from and read-only; `nextota` the idle slot; data partitions
// open by label; app partitions do not.

#include "module.h"

typedef struct {
  chip_flash *flash;
  uint32_t offset;
  uint32_t size;
  bool writable;
} partition;

static const char source[] =
  "class Partition @ \"dispose\" {"
  "  constructor() { throw new TypeError(\"use Flash.open\"); }"
  "  read(target, byteOffset) @ \"read\";"
  "  write(buffer, byteOffset) @ \"write\";"
  "  eraseBlock(first, end) @ \"eraseBlock\";"
  "  status() @ \"status\";"
  "  close() @ \"close\";"
  "  get format() { return \"buffer\"; }"
  "  set format(value) { if (value !== \"buffer\") throw new RangeError(\"invalid format\"); }"
  "}"
  "function open(options, prototype) @ \"open\";"
  "function labels() @ \"labels\";"
  "export default Object.freeze({"
  "  open(options) { return open(options, Partition.prototype); },"
  "  [Symbol.iterator]() { return labels()[Symbol.iterator](); },"
  "});";

static void dispose(void *data)
{
  free(data);
}

static const txHostHooks hooks = { .destructor = dispose };

static const chip_partition *find(const chip_flash *flash, const char *path)
{
  if (flash->fd < 0)
    return NULL;
  if (!strcmp(path, "running"))
    return flash->running;
  if (!strcmp(path, "nextota"))
    return flash->next;
  return chip_partition_data(&flash->table, path);
}

static void open_partition(txMachine *the)
{
  chip *context = chip_native_context(the);
  xsmcVars(2);
  xsmcGet(xsVar(0), xsArg(0), xsID("mode"));
  const char *mode = xsmcTypeOf(xsVar(0)) == xsUndefinedType ? "r+" : xsmcToString(xsVar(0));
  bool read_only = !strcmp(mode, "r");
  if (!read_only && strcmp(mode, "r+"))
    xsRangeError("invalid mode");
  xsmcGet(xsVar(1), xsArg(0), xsID("path"));
  const chip_partition *found = find(&context->flash, xsmcToString(xsVar(1)));
  if (!found)
    xsUnknownError("can't find partition");
  partition *self = chip_allocate(sizeof *self);
  *self = (partition){ .flash = &context->flash,
                       .offset = found->offset,
                       .size = found->size,
                       .writable = !read_only && found != context->flash.running };
  xsResult = xsNewHostInstance(xsArg(1));
  chip_set_host_data(the, &xsResult, self, &hooks);
}

static void labels(txMachine *the)
{
  chip *context = chip_native_context(the);
  xsmcVars(1);
  xsmcSetNewArray(xsResult, 0);
  for (size_t i = 0; i < context->flash.table.count; i++) {
    xsmcSetString(xsVar(0), context->flash.table.entries[i].label);
    xsmcSetIndex(xsResult, (xsIndex)i, xsVar(0));
  }
}

// A non-negative whole number of the arguments.
static uint32_t number_argument(txMachine *the, int index, const char *name)
{
  double value = xsmcArgc > index ? xsmcToNumber(xsArg(index)) : NAN;
  if (!(value >= 0 && value <= UINT32_MAX) || value != (double)(uint32_t)value)
    xsRangeError("%s: invalid number", name);
  return (uint32_t)value;
}

static void check_range(txMachine *the, const partition *self, uint32_t offset, uint32_t length)
{
  if (offset > self->size || length > self->size - offset)
    xsRangeError("the range leaves the partition of %d bytes", (int)self->size);
}

static void check_writable(txMachine *the, const partition *self)
{
  if (!self->writable)
    xsUnknownError("read-only");
}

static void read_bytes(txMachine *the)
{
  partition *self = chip_host_data(the, &xsThis, &hooks);
  uint32_t offset = number_argument(the, 1, "byteOffset");
  void *bytes;
  xsUnsignedValue length;
  if (xsmcTypeOf(xsArg(0)) == xsReferenceType) {
    xsmcGetBufferWritable(xsArg(0), &bytes, &length);
    check_range(the, self, offset, length);
    xsmcSetInteger(xsResult, (int)length);
  } else {
    length = number_argument(the, 0, "byteLength");
    check_range(the, self, offset, length);
    xsmcSetArrayBuffer(xsResult, NULL, (int)length);
    bytes = xsmcToArrayBuffer(xsResult);
  }
  if (!chip_flash_read(self->flash, self->offset + offset, bytes, length))
    xsUnknownError("read failed: %s", strerror(errno));
}

static void write_bytes(txMachine *the)
{
  partition *self = chip_host_data(the, &xsThis, &hooks);
  uint32_t offset = number_argument(the, 1, "byteOffset");
  void *bytes;
  xsUnsignedValue length;
  xsmcGetBufferReadable(xsArg(0), &bytes, &length);
  check_writable(the, self);
  check_range(the, self, offset, length);
  if (!chip_flash_program(self->flash, self->offset + offset, bytes, length))
    xsUnknownError("write failed: %s", strerror(errno));
}

static void erase_block(txMachine *the)
{
  partition *self = chip_host_data(the, &xsThis, &hooks);
  uint32_t blocks = self->size / CHIP_FLASH_BLOCK_BYTES;
  uint32_t first = number_argument(the, 0, "first");
  uint32_t end = xsmcArgc > 1 && xsmcTypeOf(xsArg(1)) != xsUndefinedType
                   ? number_argument(the, 1, "end")
                   : first + 1;
  check_writable(the, self);
  if (first > end || end > blocks)
    xsRangeError("the range leaves the partition of %d blocks", (int)blocks);
  uint32_t base = self->offset / CHIP_FLASH_BLOCK_BYTES;
  if (!chip_flash_erase(self->flash, base + first, base + end))
    xsUnknownError("erase failed: %s", strerror(errno));
}

static void set_status(txMachine *the, txID name, uint32_t value)
{
  xsmcSetNumber(xsVar(0), value);
  xsmcSet(xsResult, name, xsVar(0));
}

static void status(txMachine *the)
{
  partition *self = chip_host_data(the, &xsThis, &hooks);
  xsmcVars(1);
  xsmcSetNewObject(xsResult);
  set_status(the, xsID("size"), self->size);
  set_status(the, xsID("blockLength"), CHIP_FLASH_BLOCK_BYTES);
  set_status(the, xsID("blocks"), self->size / CHIP_FLASH_BLOCK_BYTES);
}

static void close_partition(txMachine *the)
{
  chip_native_context(the);
  partition *self = chip_host_data_if(the, &xsThis, &hooks);
  chip_set_host_data(the, &xsThis, NULL, &hooks);
  free(self);
}

static const chip_native natives[] = {
  { "dispose", NULL, dispose },     { "open", open_partition, NULL },
  { "labels", labels, NULL },       { "read", read_bytes, NULL },
  { "write", write_bytes, NULL },   { "eraseBlock", erase_block, NULL },
  { "status", status, NULL },       { "close", close_partition, NULL },
  { NULL, NULL, NULL },
};

const chip_module chip_flash_module = { "embedded:storage/flash", source, natives };
