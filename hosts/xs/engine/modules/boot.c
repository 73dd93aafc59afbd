// The module `embedded:x-chip/boot`: what the boot loader knows, the reset, the watchdog, and the
// few things of the chip that no standard module tells.

#include "module.h"

#include <sys/random.h>

static const char source[] =
  "class Boot {"
  "  static get slot() @ \"slot\";"
  "  static get resetReason() @ \"resetReason\";"
  "  static restart() @ \"restart\";"
  "  static feedWatchdog() @ \"feedWatchdog\";"
  "  static macAddress() @ \"macAddress\";"
  "  static ticks() @ \"ticks\";"
  "  static random() @ \"random\";"
  "}"
  "export default Boot;";

static void get_slot(txMachine *the)
{
  xsmcSetInteger(xsResult, chip_native_context(the)->options.slot);
}

static void get_reset_reason(txMachine *the)
{
  xsmcSetString(xsResult, (char *)chip_native_context(the)->options.reset_reason);
}

static void restart(txMachine *the)
{
  chip_stop(chip_native_context(the), CHIP_EXIT_RESTART);
}

// Whoever started us takes a byte for a sign of life. Nobody need listen, or be quick.
static void feed_watchdog(txMachine *the)
{
  struct pollfd watchdog = { chip_native_context(the)->options.watchdog_fd, POLLOUT, 0 };
  if (watchdog.fd < 0 || poll(&watchdog, 1, 0) != 1)
    return;
  ssize_t written = write(watchdog.fd, "", 1);
  (void)written;
}

static void mac_address(txMachine *the)
{
  chip *context = chip_native_context(the);
  xsmcSetArrayBuffer(xsResult, context->options.mac, CHIP_MAC_BYTES);
}

// Milliseconds since the program started.
static void ticks(txMachine *the)
{
  chip *context = chip_native_context(the);
  xsmcSetNumber(xsResult, (double)((chip_now() - context->started) / 1000000));
}

static void random_number(txMachine *the)
{
  uint64_t bits = 0;
  chip_native_context(the);
  if (getrandom(&bits, sizeof bits, 0) != sizeof bits)
    chip_fail(CHIP_EXIT_HOST, "the host has no random numbers: %s", strerror(errno));
  xsmcSetNumber(xsResult, (double)(bits >> 11) / (double)(UINT64_C(1) << 53));
}

static const chip_native natives[] = {
  { "slot", get_slot, NULL },
  { "resetReason", get_reset_reason, NULL },
  { "restart", restart, NULL },
  { "feedWatchdog", feed_watchdog, NULL },
  { "macAddress", mac_address, NULL },
  { "ticks", ticks, NULL },
  { "random", random_number, NULL },
  { NULL, NULL, NULL },
};

const chip_module chip_boot_module = { "embedded:x-chip/boot", source, natives };
