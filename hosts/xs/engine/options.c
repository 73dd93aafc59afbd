// Every option is read in one place and judged there; what is wrong ends the process in one line.

#include "options.h"

#include "exit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void usage(const char *what, const char *text)
{
  chip_fail(CHIP_EXIT_USAGE, "%s: %s (usage: xs [options] MODULE.js, see engine/README.md)", what,
            text);
}

static uint64_t read_number(const char *option, const char *text, uint64_t least, uint64_t most)
{
  char *end = NULL;
  errno = 0;
  unsigned long long value = strtoull(text, &end, 10);
  if (text[0] < '0' || text[0] > '9' || *end || errno || value < least || value > most)
    chip_fail(CHIP_EXIT_USAGE, "%s: expected a number from %llu to %llu, got \"%s\"", option,
              (unsigned long long)least, (unsigned long long)most, text);
  return value;
}

static void read_mac(chip_options *self, const char *text)
{
  unsigned bytes[CHIP_MAC_BYTES];
  int length = 0;
  int count = sscanf(text, "%2x:%2x:%2x:%2x:%2x:%2x%n", &bytes[0], &bytes[1], &bytes[2], &bytes[3],
                     &bytes[4], &bytes[5], &length);
  if (count != CHIP_MAC_BYTES || text[length])
    usage("--mac", "expected AA:BB:CC:DD:EE:FF");
  for (int i = 0; i < CHIP_MAC_BYTES; i++)
    self->mac[i] = (uint8_t)bytes[i];
}

static const char *read_reset_reason(const char *text)
{
  static const char *const reasons[] = { "power-on", "brown-out", "software",
                                         "panic",    "watchdog",  "unknown" };
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    if (!strcmp(text, reasons[i]))
      return reasons[i];
  }
  usage("--reset", "expected power-on, brown-out, software, panic, watchdog or unknown");
  return NULL;
}

static void read_flash_times(chip_flash_times *times, const char *text)
{
  if (!strcmp(text, "typical"))
    *times = (chip_flash_times){ CHIP_FLASH_TYPICAL, 0 };
  else
    *times = (chip_flash_times){ CHIP_FLASH_SEEDED,
                                 (uint32_t)read_number("--flash-times", text, 0, UINT32_MAX) };
}

// Options without a value. False: it is none of them.
static bool read_flag(chip_options *self, const char *option)
{
  if (!strcmp(option, "--report-memory"))
    self->report_memory = true;
  else if (!strcmp(option, "--version"))
    self->version = true;
  else
    return strcmp(option, "--json") == 0; // --version speaks nothing else
  return true;
}

static void read_value(chip_options *self, const char *option, const char *value)
{
  if (!strcmp(option, "--flash"))
    self->flash = value;
  else if (!strcmp(option, "--modules"))
    self->modules = value;
  else if (!strcmp(option, "--stats"))
    self->stats = value;
  else if (!strcmp(option, "--reset"))
    self->reset_reason = read_reset_reason(value);
  else if (!strcmp(option, "--mac"))
    read_mac(self, value);
  else if (!strcmp(option, "--slot"))
    self->slot = (int)read_number(option, value, 0, 15);
  else if (!strcmp(option, "--heap"))
    self->heap_bytes = (size_t)read_number(option, value, 8192, 256 << 20);
  else if (!strcmp(option, "--stack"))
    self->stack_slots = (int)read_number(option, value, 64, 65536);
  else if (!strcmp(option, "--window"))
    self->window_bytes = (size_t)read_number(option, value, 256, 1 << 20);
  else if (!strcmp(option, "--watchdog-fd"))
    self->watchdog_fd = (int)read_number(option, value, 0, 1023);
  else if (!strcmp(option, "--flash-times"))
    read_flash_times(&self->flash_times, value);
  else if (!strcmp(option, "--cut-operation"))
    self->cuts.operation = read_number(option, value, 1, CHIP_NO_CUT - 1);
  else if (!strcmp(option, "--cut-slot-bytes"))
    self->cuts.slot_bytes = read_number(option, value, 0, CHIP_NO_CUT - 1);
  else if (!strcmp(option, "--cut-record-bytes"))
    self->cuts.record_bytes = read_number(option, value, 0, CHIP_NO_CUT - 1);
  else
    usage(option, "unknown option");
}

void chip_options_read(chip_options *self, int count, char **arguments)
{
  *self = (chip_options){
    .reset_reason = "power-on",
    .stack_slots = 384,
    .window_bytes = 5744,
    .watchdog_fd = 3,
    .cuts = { CHIP_NO_CUT, CHIP_NO_CUT, CHIP_NO_CUT },
    .mac = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x01 },
  };
  for (int i = 1; i < count; i++) {
    const char *argument = arguments[i];
    if (argument[0] != '-') {
      if (self->module)
        usage(argument, "only one module can run");
      self->module = argument;
    } else if (!read_flag(self, argument)) {
      if (i + 1 == count)
        usage(argument, "unknown option, or its value is missing");
      read_value(self, argument, arguments[++i]);
    }
  }
  if (!self->module && !self->version)
    usage("MODULE.js", "missing");
  // A descriptor that is not open now would be taken by the next file that is opened.
  if (fcntl(self->watchdog_fd, F_GETFD) < 0)
    self->watchdog_fd = -1;
}
