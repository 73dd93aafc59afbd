// One turn: promise jobs, then wait, then whatever is ready, then the timers that are due.

#include "loop.h"

#include "call.h"
#include "timer.h"

#include <errno.h>

void chip_loop_add(chip_loop *self, chip_source *source)
{
  source->next = self->sources;
  self->sources = source;
}

uint64_t chip_now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void remove_closed(chip_loop *self)
{
  chip_source **link = &self->sources;
  while (*link) {
    chip_source *source = *link;
    if (source->closed) {
      *link = source->next;
      source->dispose(source);
    } else {
      link = &source->next;
    }
  }
}

// Fills `polls` and `polled`. Returns how many; tells whether one is due or keeps the program.
static size_t collect_polls(chip_loop *self, bool *due, bool *keeps)
{
  size_t count = 0;
  for (chip_source *source = self->sources; source; source = source->next) {
    if (count == CHIP_SOURCES_MAX)
      chip_fail(CHIP_EXIT_HOST, "more than %d sockets", CHIP_SOURCES_MAX);
    self->polled[count] = source;
    self->polls[count] = (struct pollfd){ source->fd, source->events, 0 };
    *due |= source->due;
    *keeps |= source->keeps || source->due;
    count++;
  }
  return count;
}

// Waits until something happens or `deadline` (UINT64_MAX: none) has come.
static void wait_events(chip_loop *self, size_t count, uint64_t deadline)
{
  struct timespec left = { 0, 0 };
  uint64_t now = chip_now();
  if (deadline != UINT64_MAX && deadline > now) {
    left.tv_sec = (time_t)((deadline - now) / 1000000000);
    left.tv_nsec = (long)((deadline - now) % 1000000000);
  }
  int ready = ppoll(self->polls, count, deadline == UINT64_MAX ? NULL : &left, NULL);
  if (ready < 0 && errno != EINTR)
    chip_fail(CHIP_EXIT_HOST, "poll: %s", strerror(errno));
  if (ready < 0) {
    for (size_t i = 0; i < count; i++)
      self->polls[i].revents = 0;
  }
}

void chip_loop_run(txMachine *the)
{
  chip_loop *self = &chip_from(the)->loop;
  for (;;) {
    bool due = false, keeps = false;
    chip_run_jobs(the);
    remove_closed(self);
    size_t count = collect_polls(self, &due, &keeps);
    uint64_t deadline = chip_timers_deadline(self);
    if (!keeps && deadline == UINT64_MAX)
      return;
    wait_events(self, count, due ? 0 : deadline);
    for (size_t i = 0; i < count; i++) {
      chip_source *source = self->polled[i];
      if (!source->closed && (source->due || self->polls[i].revents)) {
        source->due = false;
        source->ready(source, the, self->polls[i].revents);
      }
    }
    chip_timers_fire(self, the);
  }
}
