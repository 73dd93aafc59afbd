// From an import specifier to a module that runs. A specifier is resolved thus:
//
//   ./x.js  ../x.js   against the file of the importing module; `.js` may be left out
//   /x.js             as it is
//   embedded:a/b      the built-in module of that name; else embedded-a-b.js in the folder of
//                     modules (':' and '/' become '-')

#ifndef CHIP_LOADER_H
#define CHIP_LOADER_H

#include "engine.h"

// Writes the resolved name into `result` (PATH_MAX bytes): a real path, or the name of a built-in
// module. `from` is the path of the importing module, NULL for the command line. False if there is
// no such module.
bool chip_find_module(const chip *self, const char *from, const char *specifier, char *result);

// Opens and parses the file or built-in module of a resolved name up to its tree. The parser must
// have been initialised, and be within the reach of its jump. Throws what the parser throws.
void chip_parse_module(txParser *parser, const char *name);

#endif
