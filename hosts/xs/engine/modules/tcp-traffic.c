// Which callback of a connection comes when. The bytes are stream.c's.

#include "tcp-traffic.h"

#include "call.h"

void chip_tcp_update(chip_tcp *self)
{
  chip_stream *stream = &self->stream;
  bool over = stream->state >= CHIP_STREAM_ENDED;
  self->source.events = chip_stream_events(stream);
  self->source.fd = chip_stream_waits(stream) ? stream->fd : -1;
  self->source.keeps = self->lingering || !over || stream->out_count;
  if (!self->lingering && over && !stream->in_count && !self->error_told)
    self->source.due = true;
}

void chip_tcp_linger(chip_tcp *self)
{
  chip_stream_flush(&self->stream);
  if (!self->stream.out_count)
    self->source.closed = true;
  chip_tcp_update(self);
}

bool chip_tcp_is_held(const chip_tcp *self)
{
  return !self->source.closed && !self->lingering;
}

static void send_some(chip_tcp *self, txMachine *the)
{
  chip_stream *stream = &self->stream;
  size_t sent = chip_stream_flush(stream);
  bool announce = sent || self->announce_writable;
  chip_stats_add(self->stats, "bytesWritten", sent);
  chip_tcp_update(self);
  if (!announce || stream->state != CHIP_STREAM_OPEN)
    return;
  self->announce_writable = false;
  chip_call_count(the, &self->object, &self->on_writable, stream->window - stream->out_count);
}

static void receive_some(chip_tcp *self, txMachine *the)
{
  chip_stream *stream = &self->stream;
  size_t received = chip_stream_receive(stream);
  bool announce = received || (self->announce_readable && stream->in_count);
  self->announce_readable = false;
  chip_tcp_update(self);
  if (announce)
    chip_call_count(the, &self->object, &self->on_readable, stream->in_count);
}

// Called once, when all that has come is read. Nothing more can happen then: the object is
// JavaScript's alone.
static void tell_error(chip_tcp *self, txMachine *the)
{
  if (self->stream.state < CHIP_STREAM_ENDED || self->stream.in_count || self->error_told)
    return;
  self->error_told = true;
  chip_tcp_update(self);
  chip_call(the, &self->object, &self->on_error, NULL);
  if (chip_tcp_is_held(self))
    fxForget(the, &self->object);
}

void chip_tcp_ready(chip_source *source, txMachine *the, short events)
{
  chip_tcp *self = (chip_tcp *)source;
  chip_stream *stream = &self->stream;
  bool connecting = stream->state == CHIP_STREAM_CONNECTING;
  chip_stream_notice(stream, events);
  if (connecting && stream->state == CHIP_STREAM_OPEN) {
    self->announce_writable = true;
    chip_stats_add(self->stats, "connections", 1);
  }
  if (self->lingering) {
    chip_tcp_linger(self);
    return;
  }
  send_some(self, the);
  if (chip_tcp_is_held(self)) // each callback may close it
    receive_some(self, the);
  if (chip_tcp_is_held(self))
    tell_error(self, the);
}
