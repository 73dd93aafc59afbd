// The module `timer`, and what the event loop needs of it.

#ifndef CHIP_TIMER_H
#define CHIP_TIMER_H

#include "loop.h"

// When the next timer fires, on the clock of chip_now; UINT64_MAX: none is set.
uint64_t chip_timers_deadline(const chip_loop *loop);

// Calls every timer whose time has come once, in the order of their times.
void chip_timers_fire(chip_loop *loop, struct sxMachine *the);

#endif
