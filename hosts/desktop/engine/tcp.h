// The module `embedded:io/socket/tcp`, and what the listener needs of it.

#ifndef CHIP_TCP_H
#define CHIP_TCP_H

#include "engine.h"

#include <netinet/in.h>

// Makes `object`, an instance of TCP, the owner of an accepted connection. It has no callbacks
// until a new TCP takes it over with the option `from`.
void chip_tcp_adopt(txMachine *the, txSlot *object, int fd, const struct sockaddr_in *peer);

// Reads `address` (IPv4 in dotted decimal) and `port` of the options. Throws if they are not right.
// `standard` is taken if there is no address, and allows port 0; NULL: both are required. Uses
// xsVar(0).
struct sockaddr_in chip_address_option(txMachine *the, txSlot *options, const char *standard);

#endif
