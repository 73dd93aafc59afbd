// The class TCP for JavaScript. Which callback comes when is tcp-traffic.c's, the bytes are stream.c's.

#include "tcp.h"

#include "address.h"
#include "call.h"
#include "module.h"
#include "tcp-traffic.h"

#include <arpa/inet.h>

static const char source[] =
  "class TCP @ \"dispose\" {"
  "  constructor(options) @ \"construct\";"
  "  read(target) @ \"read\";"
  "  write(buffer) @ \"write\";"
  "  close() @ \"close\";"
  "  get remoteAddress() @ \"remoteAddress\";"
  "  get remotePort() @ \"remotePort\";"
  "}"
  "export default TCP;";

static void free_tcp(chip_source *source)
{
  chip_tcp *self = (chip_tcp *)source;
  chip_stream_close(&self->stream);
  free(self);
}

static void mark(txMachine *the, void *data, txMarkRoot mark_root)
{
  chip_tcp *self = data;
  if (!self)
    return;
  mark_root(the, &self->on_readable);
  mark_root(the, &self->on_writable);
  mark_root(the, &self->on_error);
}

// The collector has found the object unused; only one that is over is ever left to it.
static void dispose(void *data)
{
  chip_tcp *self = data;
  if (self)
    self->source.closed = true;
}

static const txHostHooks hooks = { .destructor = dispose, .marker = mark };

static void attach(txMachine *the, chip_tcp *self, txSlot *object)
{
  self->object = *object;
  self->object.next = NULL;
  fxRemember(the, &self->object);
  chip_set_host_data(the, object, self, &hooks);
}

static void detach(txMachine *the, chip_tcp *self)
{
  chip_set_host_data(the, &self->object, NULL, &hooks);
  fxForget(the, &self->object);
}

static chip_tcp *create(chip *context)
{
  chip_tcp *self = chip_allocate(sizeof *self);
  self->source = (chip_source){ .ready = chip_tcp_ready, .dispose = free_tcp };
  self->stats = &context->stats;
  return self;
}

static void enter_loop(chip *context, chip_tcp *self)
{
  chip_tcp_update(self);
  chip_loop_add(&context->loop, &self->source);
}

void chip_tcp_adopt(txMachine *the, txSlot *object, int fd, const struct sockaddr_in *peer)
{
  chip *context = chip_native_context(the);
  chip_tcp *self = create(context);
  chip_stream_accept(&self->stream, fd, peer, context->options.window_bytes);
  chip_stats_add(&context->stats, "connections", 1);
  attach(the, self, object);
  enter_loop(context, self);
}

static void get_callback(txMachine *the, txSlot *result, txID name)
{
  xsmcGet(*result, xsArg(0), name);
  if (xsmcTypeOf(*result) != xsUndefinedType && !xsmcIsCallable(*result))
    xsTypeError("callback is no function");
}

static txSlot detached(const txSlot *slot)
{
  txSlot result = *slot;
  result.next = NULL;
  return result;
}

static chip_tcp *connect_to(txMachine *the, chip *context)
{
  struct sockaddr_in peer = chip_address_option(the, &xsArg(0), NULL);
  chip_tcp *self = create(context);
  if (!chip_stream_connect(&self->stream, &peer, context->options.window_bytes)) {
    free(self);
    xsUnknownError("no socket: %s", strerror(errno));
  }
  enter_loop(context, self);
  return self;
}

// Options are read and judged before anything is made or taken over.
static void construct(txMachine *the)
{
  chip *context = chip_native_context(the);
  chip_tcp *self;
  xsmcVars(4);
  get_callback(the, &xsVar(1), xsID("onReadable"));
  get_callback(the, &xsVar(2), xsID("onWritable"));
  get_callback(the, &xsVar(3), xsID("onError"));
  xsmcGet(xsVar(0), xsArg(0), xsID("noDelay"));
  bool no_delay = xsmcTest(xsVar(0));
  xsmcGet(xsVar(0), xsArg(0), xsID("nodelay"));
  no_delay |= xsmcTest(xsVar(0));
  xsmcGet(xsVar(0), xsArg(0), xsID("from"));
  if (xsmcTypeOf(xsVar(0)) != xsUndefinedType) {
    self = chip_host_data(the, &xsVar(0), &hooks);
    detach(the, self);
    self->announce_readable = self->announce_writable = self->source.due = true;
    self->error_told = false;
  } else {
    self = connect_to(the, context);
  }
  self->on_readable = detached(&xsVar(1));
  self->on_writable = detached(&xsVar(2));
  self->on_error = detached(&xsVar(3));
  attach(the, self, &xsThis);
  if (no_delay)
    chip_stream_no_delay(&self->stream);
}

static void read_bytes(txMachine *the)
{
  chip_tcp *self = chip_host_data(the, &xsThis, &hooks);
  size_t unread = self->stream.in_count;
  size_t count = unread;
  void *bytes = NULL;
  xsUnsignedValue length;
  if (!unread)
    return;
  bool to_buffer = xsmcArgc > 0 && xsmcTypeOf(xsArg(0)) == xsReferenceType;
  if (to_buffer) {
    xsmcGetBufferWritable(xsArg(0), &bytes, &length);
    count = length;
  } else if (xsmcArgc > 0) {
    double wanted = xsmcToNumber(xsArg(0));
    if (!(wanted >= 0 && wanted <= (double)unread))
      xsRangeError("read: %d bytes are unread", (int)unread);
    count = (size_t)wanted;
  }
  if (count > unread)
    xsRangeError("read: %d bytes asked for, %d are unread", (int)count, (int)unread);
  if (to_buffer) {
    xsmcSetInteger(xsResult, (int)count);
  } else {
    xsmcSetArrayBuffer(xsResult, NULL, (int)count);
    bytes = xsmcToArrayBuffer(xsResult);
  }
  chip_stream_read(&self->stream, bytes, count);
  chip_stats_add(self->stats, "bytesRead", count);
  chip_tcp_update(self);
}

static void write_bytes(txMachine *the)
{
  chip_tcp *self = chip_host_data(the, &xsThis, &hooks);
  void *bytes;
  xsUnsignedValue count;
  xsmcGetBufferReadable(xsArg(0), &bytes, &count);
  if (self->stream.state != CHIP_STREAM_OPEN)
    xsUnknownError("not ready");
  size_t room = self->stream.window - self->stream.out_count;
  if (count > room)
    xsUnknownError("would block: %d bytes, room for %d", (int)count, (int)room);
  chip_stream_write(&self->stream, bytes, count);
  chip_tcp_update(self);
  xsmcSetInteger(xsResult, (int)(room - count));
}

static void close_socket(txMachine *the)
{
  chip_native_context(the);
  chip_tcp *self = chip_host_data_if(the, &xsThis, &hooks);
  if (!self)
    return;
  detach(the, self);
  self->lingering = self->stream.out_count && self->stream.state != CHIP_STREAM_CONNECTING;
  if (self->lingering)
    chip_tcp_linger(self);
  else
    self->source.closed = true;
}

static void get_remote_address(txMachine *the)
{
  char text[INET_ADDRSTRLEN];
  chip_tcp *self = chip_host_data(the, &xsThis, &hooks);
  inet_ntop(AF_INET, &self->stream.peer.sin_addr, text, sizeof text);
  xsmcSetString(xsResult, text);
}

static void get_remote_port(txMachine *the)
{
  chip_tcp *self = chip_host_data(the, &xsThis, &hooks);
  xsmcSetInteger(xsResult, ntohs(self->stream.peer.sin_port));
}

static const chip_native natives[] = {
  { "dispose", NULL, dispose },
  { "construct", construct, NULL },
  { "read", read_bytes, NULL },
  { "write", write_bytes, NULL },
  { "close", close_socket, NULL },
  { "remoteAddress", get_remote_address, NULL },
  { "remotePort", get_remote_port, NULL },
  { NULL, NULL, NULL },
};

const chip_module chip_tcp_module = { "embedded:io/socket/tcp", source, natives };
