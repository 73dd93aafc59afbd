// Byte code that stays where it is: what Moddable's linker does to the scripts of a firmware, so
// that strings and functions are used out of flash and need no memory.

#ifndef CHIP_CODE_H
#define CHIP_CODE_H

#include "engine.h"

// To be called before the script is run. Its code is then used in place, and must not be freed.
void chip_code_stay(txMachine *the, txScript *script);

#endif
