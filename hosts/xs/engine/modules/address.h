// Where a socket connects to or listens: the options `address` and `port`.

#ifndef CHIP_ADDRESS_H
#define CHIP_ADDRESS_H

#include "engine.h"

#include <netinet/in.h>

// Reads `address` (IPv4 in dotted decimal) and `port` of the options. Throws if they are not right.
// `standard` is taken if there is no address, and allows port 0; NULL: both are required. Uses
// xsVar(0).
struct sockaddr_in chip_address_option(txMachine *the, txSlot *options, const char *standard);

#endif
