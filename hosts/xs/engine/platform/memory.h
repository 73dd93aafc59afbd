// The memory that the program may use: one block of fixed size for slots, chunks and stack
// together, as on the chip. Chunks grow up from its start, slots and stack down from its end.
//
//   base          chunks_end            slots_begin        base + bytes
//    | chunks  ---> |       free          | <--- slots, stack |
//
// What is preloaded is not in it (see preload.h). Without --heap the block is so large that the
// host's own memory ends first.

#ifndef CHIP_MEMORY_H
#define CHIP_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint8_t *base;
  size_t bytes;
  uint8_t *chunks_end;
  uint8_t *slots_begin;
  size_t stack_bytes;
  // The greatest so far.
  size_t chunk_bytes_peak;
  size_t slot_bytes_peak; // with the stack
  size_t bytes_peak; // of both together
} chip_memory;

// `heap_bytes` 0: no limit. False, with errno set, if the host has no such block.
bool chip_memory_open(chip_memory *self, size_t heap_bytes);

// One line on stderr: what was used at most.
void chip_memory_report(const chip_memory *self);

#endif
