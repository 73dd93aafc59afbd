// trace() gathers its arguments and writes them at once, so that lines of a program that is killed
// are whole or absent.

#include "trace.h"

#include "text.h"

// All arguments in one write, and no line end, as Moddable's. A reader that is gone is no reason to
// stop: the result is not looked at.
static void trace(txMachine *the)
{
  int count = xsmcArgc;
  size_t length = 0;
  for (int i = 0; i < count; i++)
    length += strlen(xsmcToString(xsArg(i)));
  char *text = chip_allocate(length + 1);
  length = 0;
  for (int i = 0; i < count; i++)
    length += chip_text_to_utf8(xsmcToString(xsArg(i)), text + length);
  ssize_t written = write(STDOUT_FILENO, text, length);
  (void)written;
  free(text);
}

void chip_define_trace(txMachine *machine)
{
  xsBeginHost(machine);
  {
    xsResult = xsNewHostFunction(trace, 1);
    xsmcSet(xsGlobal, xsID("trace"), xsResult);
  }
  xsEndHost(machine);
}
