// What is flash ROM on the chip: turns the machine in which the device modules were preloaded into
// one that others share and none can change.
//
// This is what Moddable's linker does when it builds a firmware, done in memory:
//   * byte code (code.h) and strings stay where they are and are used in place;
//   * built-in prototypes, functions, their prototypes and whatever cannot be copied on write (Map,
//     Set, RegExp, Promise, ...) are frozen: changing them throws, as on the chip;
//   * every other object or variable gets an alias number: it is copied into the program's own
//     memory when it is first changed;
//   * all of it is marked for good, so that the program's collector never goes there.

#ifndef CHIP_ROM_H
#define CHIP_ROM_H

#include "engine.h"

// Freezes and shares `the`, after its last garbage collection. Nothing may run in it afterwards but
// through fxCloneMachine.
// Ends the process with CHIP_EXIT_RETAINED_BUFFER if a buffer is left in it.
void chip_rom_share(txMachine *the);

#endif
