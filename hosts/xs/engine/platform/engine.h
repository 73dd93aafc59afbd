// The XS engine, inside and outside, and the names that differ between its versions.
//
// Natives use the public interface where there is one (the xs... and xsmc... names). The files that
// are part of the engine's platform (memory, platform, loader, preload, code, rom) use its inside
// (fx..., mx...).

#ifndef CHIP_ENGINE_H
#define CHIP_ENGINE_H

// The order matters: xs.h refers to the types of xsAll.h once that is there.
#include "xsAll.h"

#include "xsScript.h"
#include "xsmc.h"

#include "chip.h"

#if XS_MAJOR_VERSION < 14
#define XS_JAVASCRIPT_STACK_OVERFLOW_EXIT XS_STACK_OVERFLOW_EXIT
#endif

static inline chip *chip_from(txMachine *the)
{
  return the->context;
}

// The program runs in a machine that shares the preloaded one; see preload.h.
static inline bool chip_is_program(txMachine *the)
{
  return the->sharedMachine != NULL;
}

#endif
