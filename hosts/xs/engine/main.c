// The C host over the XS engine that is the simulated chip's processor. engine/README.md tells what
// it does; this file puts the parts together and runs one module.

#include "call.h"
#include "loader.h"
#include "preload.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>

static void print_version(void)
{
  printf("{\"engine\":\"XS %d.%d.%d\",\"slotBytes\":%zu}\n", XS_MAJOR_VERSION, XS_MINOR_VERSION,
         XS_PATCH_VERSION, sizeof(txSlot));
}

// Modules that are not built in lie in ../hosts/xs/modules, seen from the binary.
static void find_modules(chip *self)
{
  char binary[PATH_MAX] = "";
  if (self->options.modules) {
    snprintf(self->modules, sizeof self->modules, "%s", self->options.modules);
    return;
  }
  ssize_t length = readlink("/proc/self/exe", binary, sizeof binary - 1);
  char *slash = length > 0 ? strrchr(binary, '/') : NULL;
  if (!slash)
    chip_fail(CHIP_EXIT_HOST, "cannot tell where the binary is");
  *slash = 0;
  int count = snprintf(self->modules, sizeof self->modules, "%s/../hosts/xs/modules", binary);
  if (count >= (int)sizeof self->modules)
    chip_fail(CHIP_EXIT_HOST, "the path of the binary is too long");
}

static void open_parts(chip *self)
{
  const chip_options *options = &self->options;
  if (options->stats && !chip_stats_open(&self->stats, options->stats))
    chip_fail(CHIP_EXIT_HOST, "stats %s: %s", options->stats, strerror(errno));
  self->flash.fd = -1;
  self->flash.cuts = options->cuts;
  self->flash.times = options->flash_times;
  if (options->flash_times.pace != CHIP_FLASH_INSTANT)
    prctl(PR_SET_TIMERSLACK, 1UL); // flash programs a page in less than a timer's usual slack
  self->flash.stats = &self->stats;
  if (options->flash)
    chip_flash_open(&self->flash, options->flash, options->slot);
  if (!chip_memory_open(&self->memory, options->heap_bytes))
    chip_fail(CHIP_EXIT_HOST, "memory: %s", strerror(errno));
  find_modules(self);
  if (!chip_find_module(self, NULL, options->module, self->main))
    chip_fail(CHIP_EXIT_NO_MODULE, "module %s not found", options->module);
}

// Whatever it imports has been found before: what it rejects with is an exception.
static void main_rejected(txMachine *the)
{
  chip_fail_exception(the, CHIP_EXIT_EXCEPTION, mxArgv(0));
}

static void main_fulfilled(txMachine *the)
{
  (void)the;
}

// Starts the main module; what it awaits goes on in the event loop.
static void import_main(txMachine *the)
{
  fxBeginHost(the);
  mxPushStringC(chip_from(the)->main);
  fxAwaitImport(the, XS_IMPORT_ASYNC);
  mxDub();
  mxGetID(mxID(_then));
  mxCall();
  fxNewHostFunction(the, main_fulfilled, 1, XS_NO_ID, XS_NO_ID);
  fxNewHostFunction(the, main_rejected, 1, XS_NO_ID, XS_NO_ID);
  mxRunCount(2);
  mxPop();
  fxEndHost(the);
}

// Whoever watches this chip is its power supply: when the watcher is gone, the chip is off.
static void end_with_watcher(int watchdog_fd)
{
  if (watchdog_fd >= 0 && fcntl(watchdog_fd, F_GETFD) != -1)
    prctl(PR_SET_PDEATHSIG, SIGKILL);
}

int main(int count, char **arguments)
{
  chip *self = chip_allocate(sizeof *self);
  chip_options_read(&self->options, count, arguments);
  if (self->options.version) {
    print_version();
    return CHIP_EXIT_END;
  }
  self->started = chip_now();
  signal(SIGPIPE, SIG_IGN);
  end_with_watcher(self->options.watchdog_fd);
  open_parts(self);
  txMachine *the = chip_preload(self);
  import_main(the);
  chip_loop_run(the);
  fxCheckUnhandledRejections(the, 1);
  chip_stop(self, CHIP_EXIT_END);
}
