// The global function trace(...), the program's only way to stdout.

#ifndef CHIP_TRACE_H
#define CHIP_TRACE_H

#include "engine.h"

// Puts it in place of the engine's own, which prints piecemeal.
void chip_define_trace(txMachine *the);

#endif
