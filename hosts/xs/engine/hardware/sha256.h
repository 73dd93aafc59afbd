// SHA-256 (FIPS 180-4) over a stream of bytes. No allocation, no secrets: not hardened.

#ifndef CHIP_SHA256_H
#define CHIP_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { CHIP_SHA256_BYTES = 32, CHIP_SHA256_BLOCK_BYTES = 64 };

typedef struct {
  uint32_t state[8];
  uint64_t length; // bytes written so far
  uint8_t block[CHIP_SHA256_BLOCK_BYTES]; // the first length % 64 bytes are waiting
} chip_sha256;

void chip_sha256_begin(chip_sha256 *self);
void chip_sha256_write(chip_sha256 *self, const void *bytes, size_t length);
void chip_sha256_end(chip_sha256 *self, uint8_t digest[CHIP_SHA256_BYTES]);

#endif
