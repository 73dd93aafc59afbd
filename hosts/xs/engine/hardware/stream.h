// A TCP connection with the buffers that the chip's network stack has: at most `window` bytes
// received and not yet read, at most `window` bytes written and not yet sent. Everything beyond
// waits in the kernel, or at the peer. Knows nothing of JavaScript.

#ifndef CHIP_STREAM_H
#define CHIP_STREAM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum {
  CHIP_STREAM_CONNECTING,
  CHIP_STREAM_OPEN,
  CHIP_STREAM_ENDED, // the peer has finished: nothing more comes, what was written still goes
  CHIP_STREAM_FAILED, // refused, reset, timed out: nothing comes and nothing goes
} chip_stream_state;

typedef struct {
  int fd;
  chip_stream_state state;
  struct sockaddr_in peer;
  size_t window;
  uint8_t *in; // `window` bytes, of which in_count from in_start on are unread
  size_t in_start;
  size_t in_count;
  uint8_t *out; // `window` bytes, of which out_count are unsent
  size_t out_count;
} chip_stream;

// Starts to connect. False, with errno set, if there is no socket to be had; a refused connection
// is seen later.
bool chip_stream_connect(chip_stream *self, const struct sockaddr_in *peer, size_t window);

// Takes a connection that a listening socket has accepted.
void chip_stream_accept(chip_stream *self, int fd, const struct sockaddr_in *peer, size_t window);

void chip_stream_no_delay(chip_stream *self);

// To be called first when the socket is ready, with what poll said of it: learns whether the
// connection stands, or is gone although nothing can be read.
void chip_stream_notice(chip_stream *self, short events);

// Takes what the kernel has and the window allows. Returns the number of new bytes.
size_t chip_stream_receive(chip_stream *self);

// Gives the kernel what it takes. Returns the number of bytes.
size_t chip_stream_flush(chip_stream *self);

// Moves `count` bytes, which must be unread.
void chip_stream_read(chip_stream *self, void *bytes, size_t count);

// Takes `count` bytes, for which there must be room.
void chip_stream_write(chip_stream *self, const void *bytes, size_t count);

// What to wait for: POLLIN, POLLOUT, both, or 0, which is: errors.
short chip_stream_events(const chip_stream *self);

// Whether there is anything to wait for.
bool chip_stream_waits(const chip_stream *self);

void chip_stream_close(chip_stream *self);

#endif
