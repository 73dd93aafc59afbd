// The same rules for both ends of a connection.

#include "address.h"

#include <arpa/inet.h>

struct sockaddr_in chip_address_option(txMachine *the, txSlot *options, const char *standard)
{
  struct sockaddr_in result = { .sin_family = AF_INET };
  xsmcGet(xsVar(0), *options, xsID("address"));
  const char *address = xsmcTest(xsVar(0)) ? xsmcToString(xsVar(0)) : standard;
  if (!address || inet_pton(AF_INET, address, &result.sin_addr) != 1)
    xsRangeError("invalid address");
  xsmcGet(xsVar(0), *options, xsID("port"));
  int port = xsmcTypeOf(xsVar(0)) == xsUndefinedType ? -1 : xsmcToInteger(xsVar(0));
  if (port < 0 || port > 65535 || (port == 0 && !standard))
    xsRangeError("invalid port");
  result.sin_port = htons((uint16_t)port);
  return result;
}
