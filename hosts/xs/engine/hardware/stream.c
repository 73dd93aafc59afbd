// Non-blocking system calls and two buffers. What each call found out is in `state`.

#include "stream.h"

#include "exit.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// lwIP's on the ESP32: an Ethernet frame without its headers.
enum { SEGMENT_BYTES = 1436 };

// Small kernel buffers, so that what is not read here soon stays at the peer. Small segments go
// with them: a window below one segment would make the sender wait. (No option is vital.)
static void limit_buffers(int fd, size_t window)
{
  int segment = SEGMENT_BYTES, bytes = (int)window;
  setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment, sizeof segment);
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

static void begin(chip_stream *self, int fd, const struct sockaddr_in *peer, size_t window)
{
  *self = (chip_stream){ .fd = fd, .peer = *peer, .window = window };
  self->in = chip_allocate(window);
  self->out = chip_allocate(window);
  limit_buffers(fd, window);
}

bool chip_stream_connect(chip_stream *self, const struct sockaddr_in *peer, size_t window)
{
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return false;
  begin(self, fd, peer, window);
  if (connect(fd, (const struct sockaddr *)peer, sizeof *peer) < 0 && errno != EINPROGRESS)
    self->state = CHIP_STREAM_FAILED;
  return true;
}

void chip_stream_accept(chip_stream *self, int fd, const struct sockaddr_in *peer, size_t window)
{
  begin(self, fd, peer, window);
  self->state = CHIP_STREAM_OPEN;
}

void chip_stream_no_delay(chip_stream *self)
{
  int on = 1;
  setsockopt(self->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void finish_connect(chip_stream *self)
{
  int error = 0;
  socklen_t length = sizeof error;
  if (getsockopt(self->fd, SOL_SOCKET, SO_ERROR, &error, &length) < 0 || error)
    self->state = CHIP_STREAM_FAILED;
  else
    self->state = CHIP_STREAM_OPEN;
}

void chip_stream_notice(chip_stream *self, short events)
{
  if (self->state == CHIP_STREAM_CONNECTING && events)
    finish_connect(self);
  else if ((events & (POLLERR | POLLHUP)) && self->in_count == self->window)
    self->state = CHIP_STREAM_FAILED; // with room, receiving would have found out
}

size_t chip_stream_receive(chip_stream *self)
{
  size_t received = 0;
  if (self->in_start) {
    memmove(self->in, self->in + self->in_start, self->in_count);
    self->in_start = 0;
  }
  while (self->state == CHIP_STREAM_OPEN && self->in_count < self->window) {
    ssize_t count = recv(self->fd, self->in + self->in_count, self->window - self->in_count, 0);
    if (count > 0) {
      self->in_count += (size_t)count;
      received += (size_t)count;
    } else if (count == 0) {
      self->state = CHIP_STREAM_ENDED;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    } else if (errno != EINTR) {
      self->state = CHIP_STREAM_FAILED;
    }
  }
  return received;
}

static bool can_send(const chip_stream *self)
{
  return self->state == CHIP_STREAM_OPEN || self->state == CHIP_STREAM_ENDED;
}

size_t chip_stream_flush(chip_stream *self)
{
  size_t sent = 0;
  while (can_send(self) && sent < self->out_count) {
    ssize_t count = send(self->fd, self->out + sent, self->out_count - sent, MSG_NOSIGNAL);
    if (count >= 0)
      sent += (size_t)count;
    else if (errno == EAGAIN || errno == EWOULDBLOCK)
      break;
    else if (errno != EINTR)
      self->state = CHIP_STREAM_FAILED;
  }
  self->out_count -= sent;
  memmove(self->out, self->out + sent, self->out_count);
  if (self->state == CHIP_STREAM_FAILED)
    self->out_count = 0;
  return sent;
}

void chip_stream_read(chip_stream *self, void *bytes, size_t count)
{
  memcpy(bytes, self->in + self->in_start, count);
  self->in_start += count;
  self->in_count -= count;
}

void chip_stream_write(chip_stream *self, const void *bytes, size_t count)
{
  memcpy(self->out + self->out_count, bytes, count);
  self->out_count += count;
}

short chip_stream_events(const chip_stream *self)
{
  short events = 0;
  if (self->state == CHIP_STREAM_CONNECTING)
    return POLLOUT;
  if (self->state == CHIP_STREAM_OPEN && self->in_count < self->window)
    events |= POLLIN;
  if (can_send(self) && self->out_count)
    events |= POLLOUT;
  return events;
}

bool chip_stream_waits(const chip_stream *self)
{
  return self->state <= CHIP_STREAM_OPEN || (can_send(self) && self->out_count);
}

void chip_stream_close(chip_stream *self)
{
  close(self->fd);
  free(self->in);
  free(self->out);
}
