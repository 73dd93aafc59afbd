// The event loop: waits for sockets and timers and calls them back, one after the other.

#ifndef CHIP_LOOP_H
#define CHIP_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CHIP_SOURCES_MAX = 256 }; // the chip has four to sixteen sockets

struct sxMachine;
typedef struct chip_source chip_source;
typedef struct chip_timer chip_timer;

// Something to wait for. Its owner embeds it as the first member.
struct chip_source {
  chip_source *next;
  // Called when one of `events` has come, or when `due`, which is cleared before. May call
  // JavaScript, and may close any source.
  void (*ready)(chip_source *self, struct sxMachine *the, short events);
  // Called last, when closed, at a moment when nobody holds a pointer to it. Frees it.
  void (*dispose)(chip_source *self);
  int fd; // -1: none
  short events; // POLLIN, POLLOUT; errors are always waited for
  bool due; // call `ready` without waiting
  bool keeps; // the program goes on as long as there is such a source
  bool closed;
};

typedef struct {
  chip_source *sources;
  chip_timer *timers; // owned by timer.c
  struct pollfd polls[CHIP_SOURCES_MAX]; // scratch of one turn
  chip_source *polled[CHIP_SOURCES_MAX];
} chip_loop;

void chip_loop_add(chip_loop *self, chip_source *source);

// Runs until nothing is left that could happen: no source that keeps, no timer, no job.
void chip_loop_run(struct sxMachine *the);

// Nanoseconds from an arbitrary start; only goes forward.
uint64_t chip_now(void);

#endif
