// The module `embedded:io/socket/tcp`, and what the listener needs of it.

#ifndef CHIP_TCP_H
#define CHIP_TCP_H

#include "engine.h"

#include <netinet/in.h>

// Makes `object`, an instance of TCP, the owner of an accepted connection. It has no callbacks
// until a new TCP takes it over with the option `from`.
void chip_tcp_adopt(txMachine *the, txSlot *object, int fd, const struct sockaddr_in *peer);

#endif
