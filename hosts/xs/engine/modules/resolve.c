// The module `net`, of which the agent needs one function: Net.resolve, from a host name to an IPv4
// address. The host's resolver may block for long, so it works in a thread of its own; a pipe tells
// the event loop when it is done.

#include "call.h"
#include "module.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>

enum { NAME_BYTES_MAX = 253 };

typedef struct {
  chip_source source; // reads one byte from the thread
  txSlot callback;
  pthread_t thread;
  int done; // the thread's end of the pipe; -1: no thread was needed
  char name[NAME_BYTES_MAX + 1];
  char address[INET_ADDRSTRLEN]; // empty: there is none
} request;

static const char source[] =
  "class Net {"
  "  static resolve(name, callback) @ \"resolve\";"
  "}"
  "export default Net;";

static void *look_up(void *data)
{
  request *self = data;
  struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;
  if (getaddrinfo(self->name, NULL, &hints, &found) == 0 && found) {
    const struct sockaddr_in *address = (const struct sockaddr_in *)found->ai_addr;
    inet_ntop(AF_INET, &address->sin_addr, self->address, sizeof self->address);
  }
  if (found)
    freeaddrinfo(found);
  ssize_t written = write(self->done, "", 1);
  (void)written;
  return NULL;
}

static void call_back(txMachine *machine, request *self)
{
  xsBeginHost(machine);
  {
    xsmcVars(2);
    xsmcSetString(xsVar(0), self->name);
    if (self->address[0])
      xsmcSetString(xsVar(1), self->address);
    xsTry
    {
      xsCallFunction2(self->callback, xsGlobal, xsVar(0), xsVar(1));
    }
    xsCatch
    {
      chip_fail_exception(the, CHIP_EXIT_EXCEPTION, &xsException);
    }
  }
  xsEndHost(machine);
  chip_run_jobs(machine);
}

static void ready(chip_source *source, txMachine *the, short events)
{
  request *self = (request *)source;
  (void)events;
  if (self->done >= 0)
    pthread_join(self->thread, NULL);
  self->source.closed = true;
  call_back(the, self);
  fxForget(the, &self->callback);
}

static void dispose(chip_source *source)
{
  request *self = (request *)source;
  if (self->done >= 0) {
    close(self->source.fd);
    close(self->done);
  }
  free(self);
}

static bool start_thread(request *self)
{
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0)
    return false;
  self->source.fd = ends[0];
  self->source.events = POLLIN;
  self->done = ends[1];
  return pthread_create(&self->thread, NULL, look_up, self) == 0;
}

static void resolve(txMachine *the)
{
  chip *context = chip_native_context(the);
  struct in_addr ignored;
  const char *name = xsmcToString(xsArg(0));
  if (xsmcArgc < 2 || !xsmcIsCallable(xsArg(1)))
    xsTypeError("callback is no function");
  request *self = chip_allocate(sizeof *self);
  self->source = (chip_source){ .ready = ready, .dispose = dispose, .fd = -1, .keeps = true };
  self->done = -1;
  snprintf(self->name, sizeof self->name, "%s", name);
  if (inet_pton(AF_INET, name, &ignored) == 1)
    strcpy(self->address, name);
  bool known = self->address[0] || strlen(name) > NAME_BYTES_MAX || !*name;
  if (known)
    self->source.due = true;
  else if (!start_thread(self))
    chip_fail(CHIP_EXIT_HOST, "no thread for the resolver: %s", strerror(errno));
  self->callback = xsArg(1);
  self->callback.next = NULL;
  fxRemember(the, &self->callback);
  chip_loop_add(&context->loop, &self->source);
}

static const chip_native natives[] = { { "resolve", resolve, NULL }, { NULL, NULL, NULL } };

const chip_module chip_resolve_module = { "net", source, natives };
