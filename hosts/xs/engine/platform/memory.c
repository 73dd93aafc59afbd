// The four functions by which XS gets and gives back memory, over one block that both kinds share.

#include "memory.h"

#include "engine.h"

#include <sys/mman.h>

enum { UNLIMITED_BYTES = 512 << 20 };

bool chip_memory_open(chip_memory *self, size_t heap_bytes)
{
  size_t bytes = (heap_bytes ? heap_bytes : UNLIMITED_BYTES) & ~(size_t)15;
  void *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (block == MAP_FAILED)
    return false;
  *self = (chip_memory){ .base = block, .bytes = bytes };
  self->chunks_end = self->base;
  self->slots_begin = self->base + bytes;
  return true;
}

static void note_peaks(chip_memory *self)
{
  size_t chunks = (size_t)(self->chunks_end - self->base);
  size_t slots = (size_t)(self->base + self->bytes - self->slots_begin);
  if (self->chunk_bytes_peak < chunks)
    self->chunk_bytes_peak = chunks;
  if (self->slot_bytes_peak < slots)
    self->slot_bytes_peak = slots;
  if (self->bytes_peak < chunks + slots)
    self->bytes_peak = chunks + slots;
}

void chip_memory_report(const chip_memory *self)
{
  chip_say("memory: slots %zu chunks %zu stack %zu together %zu of %zu bytes",
           self->slot_bytes_peak - self->stack_bytes, self->chunk_bytes_peak, self->stack_bytes,
           self->bytes_peak, self->bytes);
}

static size_t free_bytes(const chip_memory *self)
{
  return (size_t)(self->slots_begin - self->chunks_end);
}

// The engine asks for room when its block of chunks is full, collecting garbage first. It wants a
// new block, or room right behind its block, which it then makes longer by all of `size`. What is
// still free in the block is set against the request, so that nothing is left unused: the limit is
// moved back by as much.
void *fxAllocateChunks(txMachine *the, txSize size)
{
  if (!chip_is_program(the))
    return malloc((size_t)size);
  chip_memory *self = &chip_from(the)->memory;
  txBlock *block = the->firstBlock;
  if (!block) {
    if ((size_t)size > free_bytes(self))
      return NULL;
    void *result = self->chunks_end;
    self->chunks_end += size;
    note_peaks(self);
    return result;
  }
  txSize growth = size - (txSize)sizeof(txBlock) - (txSize)(block->limit - block->current);
  if (growth > 0 && (size_t)growth > free_bytes(self))
    return NULL;
  self->chunks_end += growth;
  the->maximumChunksSize += growth - size; // the engine adds `size` itself
  block->limit = (txByte *)self->chunks_end - size;
  note_peaks(self);
  return block->limit;
}

// Takes back what is free at the end of the chunks.
static void trim_chunks(txMachine *the, chip_memory *self)
{
  txBlock *block = the->firstBlock;
  if (!block)
    return;
  fxCollect(the, XS_COMPACT_FLAG | XS_ORGANIC_FLAG);
  the->maximumChunksSize -= (txSize)(block->limit - block->current);
  block->limit = block->current;
  self->chunks_end = (uint8_t *)block->current;
}

txSlot *fxAllocateSlots(txMachine *the, txSize count)
{
  size_t size = (size_t)count * sizeof(txSlot);
  if (!chip_is_program(the))
    return malloc(size);
  chip_memory *self = &chip_from(the)->memory;
  if (size > free_bytes(self))
    trim_chunks(the, self);
  if (size > free_bytes(self))
    return NULL;
  self->slots_begin -= size;
  if (!the->stackBottom)
    self->stack_bytes = size; // the engine takes the stack before any slot
  note_peaks(self);
  return (txSlot *)self->slots_begin;
}

// The block is one and lives as long as the process.
void fxFreeChunks(txMachine *the, void *chunks)
{
  if (!chip_is_program(the))
    free(chunks);
}

void fxFreeSlots(txMachine *the, void *slots)
{
  if (!chip_is_program(the))
    free(slots);
}
