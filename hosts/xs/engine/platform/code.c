// A walk over the instructions of a script, before it runs for the first time.

#include "code.h"

// Instructions that copy a string or a function out of the byte code get their other form, which
// points into it.
static txU1 pointing_form(txU1 instruction)
{
  switch (instruction) {
  case XS_CODE_CODE_1:
    return XS_CODE_CODE_ARCHIVE_1;
  case XS_CODE_CODE_2:
    return XS_CODE_CODE_ARCHIVE_2;
  case XS_CODE_CODE_4:
    return XS_CODE_CODE_ARCHIVE_4;
  case XS_CODE_STRING_1:
    return XS_CODE_STRING_ARCHIVE_1;
  case XS_CODE_STRING_2:
    return XS_CODE_STRING_ARCHIVE_2;
  case XS_CODE_STRING_4:
    return XS_CODE_STRING_ARCHIVE_4;
  default:
    return instruction;
  }
}

// Walks the instructions of a script. An instruction is as long as gxCodeSizes says: so many bytes,
// or (0) it has an identifier, or (-1, -2, -4) as many bytes as the next 1, 2 or 4 tell.
static void prepare_code(txU1 *code, txSize size, const txID *ids)
{
  const txU1 *end = code + size;
  while (code < end) {
    txS1 length = gxCodeSizes[*code];
    txID id;
    txU2 length2;
    txS4 length4;
    *code = pointing_form(*code);
    code++;
    if (length > 0) {
      code += length - 1;
    } else if (length == 0) {
      memcpy(&id, code, sizeof id);
      id = id == XS_NO_ID ? id : ids[id];
      memcpy(code, &id, sizeof id);
      code += sizeof id;
    } else if (length == -1) {
      code += 1 + *code;
    } else if (length == -2) {
      memcpy(&length2, code, sizeof length2);
      code += sizeof length2 + length2;
    } else {
      memcpy(&length4, code, sizeof length4);
      code += sizeof length4 + length4;
    }
  }
}

// What the engine does with the names of a script that it is about to run and then throw away
// (fxRunScript), done for one that stays.
void chip_code_stay(txMachine *the, txScript *script)
{
  txByte *p = script->symbolsBuffer;
  txID *ids = NULL;
  if (p) {
    txID count;
    mxDecodeID(p, count);
    ids = chip_allocate(count * sizeof *ids);
    for (txID i = 1; i < count; i++) {
      ids[i] = fxNewNameC(the, (txString)p);
      p += strlen((const char *)p) + 1;
    }
  }
  prepare_code((txU1 *)script->codeBuffer, script->codeSize, ids);
  free(ids);
  free(script->symbolsBuffer);
  script->symbolsBuffer = NULL; // tells the engine that it may run the code where it is
}
