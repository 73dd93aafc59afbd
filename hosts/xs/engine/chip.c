// See chip.h.

#include "chip.h"

void chip_stop(chip *self, chip_exit code)
{
  if (self->options.report_memory)
    chip_memory_report(&self->memory);
  chip_end(code);
}
