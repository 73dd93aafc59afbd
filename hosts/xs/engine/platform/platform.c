// The engine's platform: what it calls when it starts, stops, gives up, or has promise jobs.

#include "call.h"
#include "engine.h"

void fxCreateMachinePlatform(txMachine *the)
{
  (void)the;
}

void fxDeleteMachinePlatform(txMachine *the)
{
  (void)the;
}

void fxQueuePromiseJobs(txMachine *the)
{
  chip_from(the)->jobs_pending = true;
}

// The engine has collected garbage and found no room.
static void memory_full(txMachine *the)
{
  chip_memory *memory = &chip_from(the)->memory;
  if (!chip_is_program(the))
    chip_fail(CHIP_EXIT_HOST, "the host has no memory left for the preloaded modules");
  chip_fail(CHIP_EXIT_MEMORY_FULL,
            "memory full: chunks %zu, slots and stack %zu, of %zu bytes (stack %zu)",
            (size_t)(memory->chunks_end - memory->base),
            (size_t)(memory->base + memory->bytes - memory->slots_begin), memory->bytes,
            memory->stack_bytes);
}

void fxAbort(txMachine *the, int status)
{
  switch (status) {
  case XS_NOT_ENOUGH_MEMORY_EXIT:
    memory_full(the);
    break;
  case XS_JAVASCRIPT_STACK_OVERFLOW_EXIT:
    chip_fail(CHIP_EXIT_STACK_OVERFLOW, "stack overflow: %d slots are not enough",
              (int)(the->stackTop - the->stackBottom));
    break;
  case XS_UNHANDLED_EXCEPTION_EXIT:
    chip_fail_exception(the, CHIP_EXIT_EXCEPTION, &mxException);
    break;
  case XS_UNHANDLED_REJECTION_EXIT:
    chip_fail_exception(the, CHIP_EXIT_REJECTION, &mxException);
    break;
#if XS_MAJOR_VERSION >= 14
  case XS_NATIVE_STACK_OVERFLOW_EXIT:
    chip_fail(CHIP_EXIT_STACK_OVERFLOW, "native stack overflow");
    break;
#endif
  default:
    chip_fail(CHIP_EXIT_HOST, "the engine gave up with status %d", status);
  }
}
