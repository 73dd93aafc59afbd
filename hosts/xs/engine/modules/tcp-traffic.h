// A connection between its stream and its callbacks.

#ifndef CHIP_TCP_TRAFFIC_H
#define CHIP_TCP_TRAFFIC_H

#include "engine.h"
#include "stream.h"

typedef struct {
  chip_source source;
  chip_stream stream;
  chip_stats *stats;
  txSlot object; // what JavaScript holds; kept alive while something can still happen
  txSlot on_readable, on_writable, on_error;
  bool announce_readable; // call onReadable though nothing new has come
  bool announce_writable;
  bool error_told;
  bool lingering; // closed, but not everything that was written is sent
} chip_tcp;

// What to wait for next. To be called after anything that moves bytes.
void chip_tcp_update(chip_tcp *self);

// Sends what is left after close, and ends when that is done.
void chip_tcp_linger(chip_tcp *self);

// JavaScript holds it: it is neither closed nor taken out of its hands.
bool chip_tcp_is_held(const chip_tcp *self);

// The loop's: its file descriptor is ready.
void chip_tcp_ready(chip_source *source, txMachine *the, short events);

#endif
