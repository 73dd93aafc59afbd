// From C into JavaScript: callbacks, promise jobs, and what happens to an exception nobody caught.

#ifndef CHIP_CALL_H
#define CHIP_CALL_H

#include "engine.h"

// Calls `function` with `self` as this and, if not NULL, one argument; then runs the promise jobs.
// Does nothing if `function` is not a function. An exception ends the program, as on the chip.
// To be called from the event loop only: no JavaScript is running.
void chip_call(txMachine *the, txSlot *self, txSlot *function, txSlot *argument);

// chip_call with a number as the argument.
void chip_call_count(txMachine *the, txSlot *self, txSlot *function, size_t count);

// Runs promise jobs until none is left.
void chip_run_jobs(txMachine *the);

// Ends the process: message and stack of what was thrown go to stderr, each line after a '#'.
void chip_fail_exception(txMachine *the, chip_exit code, txSlot *exception)
  __attribute__((noreturn));

#endif
