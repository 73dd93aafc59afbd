// Timers stand in one list, soonest first. An object of JavaScript and its record point to each
// other until the timer has fired for the last time or is cleared.

#include "timer.h"

#include "call.h"
#include "module.h"

// In the list: waiting, soonest first; timers of the same moment in the order they were set.
struct chip_timer {
  chip_timer *next;
  uint64_t deadline;
  uint64_t repeat; // nanoseconds; 0: fires once
  bool waiting;
  bool firing; // its callback is running
  bool disposed; // cleared by its own callback
  txSlot object; // what JavaScript holds; kept alive until fired or cleared
  txSlot callback;
};

static const char source[] =
  "class Timer {"
  "  static set(callback, delay, repeat) @ \"set\";"
  "  static repeat(callback, delay) @ \"repeat\";"
  "  static schedule(timer, delay, repeat) @ \"schedule\";"
  "  static clear(timer) @ \"clear\";"
  "  static delay(delay) @ \"delay\";"
  "}"
  "export default Timer;";

static void mark(txMachine *the, void *data, txMarkRoot mark_root)
{
  chip_timer *self = data;
  if (self)
    mark_root(the, &self->callback);
}

// Only objects of timers that have fired or were cleared are collected: they hold nothing.
static const txHostHooks hooks = { .marker = mark };

static void insert(chip_loop *loop, chip_timer *self, uint64_t deadline)
{
  chip_timer **link = &loop->timers;
  while (*link && (*link)->deadline <= deadline)
    link = &(*link)->next;
  self->deadline = deadline;
  self->waiting = true;
  self->next = *link;
  *link = self;
}

static void withdraw(chip_loop *loop, chip_timer *self)
{
  chip_timer **link = &loop->timers;
  while (*link && *link != self)
    link = &(*link)->next;
  if (*link)
    *link = self->next;
  self->waiting = false;
}

static void dispose(txMachine *the, chip_timer *self)
{
  if (self->waiting)
    withdraw(&chip_from(the)->loop, self);
  chip_set_host_data(the, &self->object, NULL, &hooks);
  fxForget(the, &self->object);
  self->disposed = true;
  if (!self->firing)
    free(self);
}

// A delay in milliseconds, as nanoseconds. Absent: 0.
static uint64_t delay_argument(txMachine *the, int index)
{
  if (xsmcArgc <= index)
    return 0;
  double delay_ms = xsmcToNumber(xsArg(index));
  if (!(delay_ms >= 0 && delay_ms <= INT32_MAX))
    xsRangeError("invalid delay");
  return (uint64_t)(delay_ms * 1e6);
}

static void create(txMachine *the, uint64_t delay, uint64_t repeat)
{
  chip *context = chip_native_context(the);
  if (!xsmcIsCallable(xsArg(0)))
    xsTypeError("callback is no function");
  xsResult = xsNewHostObject(NULL);
  chip_timer *self = chip_allocate(sizeof *self);
  self->repeat = repeat;
  self->object = xsResult;
  self->callback = xsArg(0);
  chip_set_host_data(the, &xsResult, self, &hooks);
  fxRemember(the, &self->object);
  insert(&context->loop, self, chip_now() + delay);
}

static void set(txMachine *the)
{
  create(the, delay_argument(the, 1), delay_argument(the, 2));
}

static void repeat(txMachine *the)
{
  uint64_t period = delay_argument(the, 1);
  create(the, period, period);
}

// Without a delay: pauses. The timer lives on.
static void schedule(txMachine *the)
{
  chip *context = chip_native_context(the);
  chip_timer *self = chip_host_data(the, &xsArg(0), &hooks);
  withdraw(&context->loop, self);
  if (xsmcArgc < 2)
    return;
  self->repeat = delay_argument(the, 2);
  insert(&context->loop, self, chip_now() + delay_argument(the, 1));
}

static void clear(txMachine *the)
{
  chip_native_context(the);
  if (xsmcArgc == 0 || !mxIsReference(&xsArg(0)))
    return;
  chip_timer *self = chip_host_data_if(the, &xsArg(0), &hooks);
  if (self)
    dispose(the, self);
}

static void delay(txMachine *the)
{
  uint64_t left = delay_argument(the, 0);
  struct timespec time = { (time_t)(left / 1000000000), (long)(left % 1000000000) };
  chip_native_context(the);
  while (nanosleep(&time, &time) < 0)
    ;
}

static const chip_native natives[] = {
  { "set", set, NULL },     { "repeat", repeat, NULL }, { "schedule", schedule, NULL },
  { "clear", clear, NULL }, { "delay", delay, NULL },   { NULL, NULL, NULL },
};

const chip_module chip_timer_module = { "timer", source, natives };

uint64_t chip_timers_deadline(const chip_loop *loop)
{
  return loop->timers ? loop->timers->deadline : UINT64_MAX;
}

// A repeating timer keeps its beat: its next time is counted from this one, not from now.
static void fire(chip_loop *loop, chip_timer *self, txMachine *the, uint64_t now)
{
  uint64_t next = self->deadline + self->repeat;
  withdraw(loop, self);
  if (self->repeat)
    insert(loop, self, next > now ? next : now + 1);
  self->firing = true;
  chip_call(the, &mxGlobal, &self->callback, &self->object);
  self->firing = false;
  if (self->disposed)
    free(self);
  else if (!self->waiting)
    dispose(the, self); // unless the callback has set it anew
}

void chip_timers_fire(chip_loop *loop, txMachine *the)
{
  uint64_t now = chip_now();
  while (loop->timers && loop->timers->deadline <= now)
    fire(loop, loop->timers, the, now);
}
