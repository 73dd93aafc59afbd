// What XS asks of a platform at compile time; every source file of the engine includes it (the
// compiler is told with -DXSPLATFORM). The functions it asks for are in memory.c, platform.c and
// loader.c. Chosen as on the chip where it matters to memory: no debugger, no metering, no
// instrumentation, and 16-bit identifiers in the 32-bit build, so that a slot is 16 bytes there.

#ifndef CHIP_XS_PLATFORM_H
#define CHIP_XS_PLATFORM_H

#undef mxLinux
#define mxLinux 1

#include <ctype.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define mxExport extern
#define mxImport extern
#define XS_FUNCTION_NORETURN __attribute__((noreturn))

#define mxUseGCCAtomics 1
#define mxUsePOSIXThreads 1
#define mxUseDefaultBuildKeys 1
#define mxUseDefaultParseScript 1
#define mxUseDefaultSharedChunks 1

#define mxMachinePlatform \
  void *waiterCondition;  \
  void *waiterData;       \
  void *waiterLink;

#if INTPTR_MAX == INT64_MAX
#define mx32bitID 1
#endif

#endif
