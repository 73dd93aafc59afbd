// The module `embedded:io/socket/listener`.

#include "address.h"
#include "call.h"
#include "module.h"
#include "tcp.h"

#include <sys/socket.h>

typedef struct {
  chip_source source;
  txSlot object; // what JavaScript holds; kept alive until closed
  txSlot on_readable;
} listener;

static const char source[] =
  "import TCP from \"embedded:io/socket/tcp\";"
  "function accept(prototype) @ \"accept\";"
  "class Listener @ \"dispose\" {"
  "  constructor(options) @ \"construct\";"
  "  read() { return accept.call(this, TCP.prototype); }"
  "  close() @ \"close\";"
  "  get port() @ \"port\";"
  "}"
  "export default Listener;";

// One connection at a time: the next is announced when this one has been taken.
static void ready(chip_source *source, txMachine *the, short events)
{
  listener *self = (listener *)source;
  (void)events;
  self->source.events = 0;
  chip_call_count(the, &self->object, &self->on_readable, 1);
}

static void free_listener(chip_source *source)
{
  close(source->fd);
  free(source);
}

static void mark(txMachine *the, void *data, txMarkRoot mark_root)
{
  listener *self = data;
  if (self)
    mark_root(the, &self->on_readable);
}

static void dispose(void *data)
{
  listener *self = data;
  if (self)
    self->source.closed = true;
}

static const txHostHooks hooks = { .destructor = dispose, .marker = mark };

static int open_listening(const struct sockaddr_in *address)
{
  enum { BACKLOG = 16 };
  int on = 1;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return -1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (const struct sockaddr *)address, sizeof *address) < 0 || listen(fd, BACKLOG) < 0) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
  }
  return fd;
}

static void construct(txMachine *the)
{
  chip *context = chip_native_context(the);
  xsmcVars(1);
  struct sockaddr_in address = chip_address_option(the, &xsArg(0), "0.0.0.0");
  xsmcGet(xsVar(0), xsArg(0), xsID("onReadable"));
  if (xsmcTypeOf(xsVar(0)) != xsUndefinedType && !xsmcIsCallable(xsVar(0)))
    xsTypeError("callback is no function");
  int fd = open_listening(&address);
  if (fd < 0)
    xsUnknownError("cannot listen on port %d: %s", ntohs(address.sin_port), strerror(errno));
  listener *self = chip_allocate(sizeof *self);
  self->source = (chip_source){
    .ready = ready, .dispose = free_listener, .fd = fd, .events = POLLIN, .keeps = true
  };
  self->object = xsThis;
  self->object.next = NULL;
  self->on_readable = xsVar(0);
  self->on_readable.next = NULL;
  fxRemember(the, &self->object);
  chip_set_host_data(the, &xsThis, self, &hooks);
  chip_loop_add(&context->loop, &self->source);
}

// The argument is TCP.prototype.
static void accept_connection(txMachine *the)
{
  struct sockaddr_in peer;
  socklen_t length = sizeof peer;
  listener *self = chip_host_data(the, &xsThis, &hooks);
  int fd = accept4(self->source.fd, (struct sockaddr *)&peer, &length,
                   SOCK_NONBLOCK | SOCK_CLOEXEC);
  self->source.events = POLLIN;
  if (fd < 0)
    return;
  xsResult = xsNewHostInstance(xsArg(0));
  chip_tcp_adopt(the, &xsResult, fd, &peer);
}

static void close_listener(txMachine *the)
{
  chip_native_context(the);
  listener *self = chip_host_data_if(the, &xsThis, &hooks);
  if (!self)
    return;
  chip_set_host_data(the, &xsThis, NULL, &hooks);
  fxForget(the, &self->object);
  self->source.closed = true;
}

static void get_port(txMachine *the)
{
  struct sockaddr_in address = { 0 };
  socklen_t length = sizeof address;
  listener *self = chip_host_data(the, &xsThis, &hooks);
  getsockname(self->source.fd, (struct sockaddr *)&address, &length);
  xsmcSetInteger(xsResult, ntohs(address.sin_port));
}

static const chip_native natives[] = {
  { "dispose", NULL, dispose },        { "construct", construct, NULL },
  { "accept", accept_connection, NULL }, { "close", close_listener, NULL },
  { "port", get_port, NULL },          { NULL, NULL, NULL },
};

const chip_module chip_listener_module = { "embedded:io/socket/listener", source, natives };
