// The module `embedded:x-chip/meter`: counters of the program's own in the file of --stats.

#include "module.h"

static const char source[] = "export function add(name, amount) @ \"add\";";

static void add(txMachine *the)
{
  chip *context = chip_native_context(the);
  double amount = xsmcArgc > 1 ? xsmcToNumber(xsArg(1)) : 1;
  if (!(amount >= 0 && amount <= 9007199254740991.0))
    xsRangeError("invalid amount");
  if (!chip_stats_add(&context->stats, xsmcToString(xsArg(0)), (uint64_t)amount))
    xsRangeError("at most %d counters, with names of 1 to %d bytes", CHIP_STATS_ENTRIES,
                 CHIP_STATS_NAME_BYTES - 1);
}

static const chip_native natives[] = { { "add", add, NULL }, { NULL, NULL, NULL } };

const chip_module chip_meter_module = { "embedded:x-chip/meter", source, natives };
