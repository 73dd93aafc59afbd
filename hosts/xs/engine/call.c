// The only way in which JavaScript is entered from the event loop.

#include "call.h"

void chip_call(txMachine *the, txSlot *self, txSlot *function, txSlot *argument)
{
  if (fxIsCallable(the, function)) {
    fxBeginHost(the);
    {
      mxTry(the)
      {
        mxPushSlot(self);
        mxPushSlot(function);
        mxCall();
        if (argument)
          mxPushSlot(argument);
        mxRunCount(argument ? 1 : 0);
        mxPop();
      }
      mxCatch(the)
      {
        chip_fail_exception(the, CHIP_EXIT_EXCEPTION, &mxException);
      }
    }
    fxEndHost(the);
  }
  chip_run_jobs(the);
}

void chip_call_count(txMachine *the, txSlot *self, txSlot *function, size_t count)
{
  txSlot argument = { 0 };
  fxInteger(the, &argument, (txInteger)count);
  chip_call(the, self, function, &argument);
}

void chip_run_jobs(txMachine *the)
{
  chip *self = chip_from(the);
  while (self->jobs_pending) {
    self->jobs_pending = false;
    fxRunPromiseJobs(the);
    fxEndJob(the);
  }
}

// What a thrown value has to say: its stack, which begins with the message, or itself.
static const char *describe(txMachine *the, txSlot *exception)
{
  const char *text = NULL;
  mxTry(the)
  {
    mxPushSlot(exception);
    if (mxIsReference(exception)) {
      mxPushSlot(exception);
      mxGetID(mxID(_stack));
      if (mxIsUndefined(the->stack))
        mxPop();
    }
    text = fxToString(the, the->stack); // stays on the engine's stack: not collected
  }
  mxCatch(the)
  {
    text = "an exception that cannot be described";
  }
  return text;
}

void chip_fail_exception(txMachine *the, chip_exit code, txSlot *exception)
{
  const char *what = code == CHIP_EXIT_REJECTION ? "unhandled rejection: " : "uncaught exception: ";
  txSlot thrown = *exception;
  fxBeginHost(the);
  const char *line = describe(the, &thrown);
  while (line) {
    const char *end = strchr(line, '\n');
    chip_say("%s%.*s", what, end ? (int)(end - line) : (int)strlen(line), line);
    what = "";
    line = end ? end + 1 : NULL;
  }
  chip_stop(chip_from(the), code);
}
