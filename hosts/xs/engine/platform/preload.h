// Makes the machine in which the program runs.
//
// On the chip, device modules are evaluated when the firmware is linked, and what they leave lies
// in flash: it costs no memory. Here that is done at the start of each run:
//
//   1. a first machine with all the memory of the host evaluates every module that the main module
//      imports, directly or not, and is then turned into read-only memory (rom.h);
//   2. the program's machine shares it, and has the memory of --heap for everything else: the main
//      module and all that happens from then on.

#ifndef CHIP_PRELOAD_H
#define CHIP_PRELOAD_H

#include "engine.h"

// Ends the process if a module is missing, wrong, or throws.
txMachine *chip_preload(chip *self);

#endif
