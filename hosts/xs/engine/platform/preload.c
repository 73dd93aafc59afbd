// The two machines of a run, and the modules that are evaluated in the first.

#include "preload.h"

#include "call.h"
#include "loader.h"
#include "module.h"
#include "rom.h"
#include "trace.h"

// The sizes of both machines' tables of names must agree.
enum { NAME_MODULO = 1993, SYMBOL_MODULO = 127, PARSER_BYTES = 32 * 1024, PARSER_MODULO = 1993 };

static txMachine *create_preloading_machine(chip *self)
{
  txCreation creation = {
    .initialChunkSize = 1 << 20,
    .incrementalChunkSize = 1 << 20,
    .initialHeapCount = 1 << 15,
    .incrementalHeapCount = 1 << 15,
    .stackCount = 4096,
    .initialKeyCount = 2048,
    .incrementalKeyCount = 1024,
    .nameModulo = NAME_MODULO,
    .symbolModulo = SYMBOL_MODULO,
    .parserBufferSize = PARSER_BYTES,
    .parserTableModulo = PARSER_MODULO,
  };
  return fxCreateMachine(&creation, "preload", self, XS_NO_ID);
}

// Memory grows in the steps that Moddable's esp32c3 target uses.
static txMachine *create_program_machine(chip *self, txMachine *preloaded)
{
  txCreation creation = {
    .initialChunkSize = 1536,
    .incrementalChunkSize = 512,
    .initialHeapCount = 512,
    .incrementalHeapCount = 64,
    .stackCount = self->options.stack_slots,
    .initialKeyCount = 64,
    .incrementalKeyCount = 64,
    .nameModulo = NAME_MODULO,
    .symbolModulo = SYMBOL_MODULO,
    .parserBufferSize = PARSER_BYTES,
    .parserTableModulo = PARSER_MODULO,
  };
  return fxCloneMachine(&creation, preloaded, "program", self);
}

static void import(txMachine *the, const char *specifier)
{
  char name[PATH_MAX];
  chip *self = chip_from(the);
  if (!chip_find_module(self, self->main, specifier, name))
    chip_fail(CHIP_EXIT_NO_MODULE, "module \"%s\" not found, imported by %s", specifier,
              self->main);
  fxBeginHost(the);
  {
    mxTry(the)
    {
      mxPushStringC(name);
      fxAwaitImport(the, XS_IMPORT_NAMESPACE);
      mxPop();
    }
    mxCatch(the)
    {
      chip_fail_exception(the, self->load_failure ? self->load_failure : CHIP_EXIT_EXCEPTION,
                          &mxException);
    }
  }
  fxEndHost(the);
}

// The specifier of an import declaration, or of an export declaration that has one; else NULL.
static const char *specifier_of(txNode *node)
{
  txNode *from = NULL;
  if (node->description->token == XS_TOKEN_IMPORT)
    from = ((txImportNode *)node)->from;
  else if (node->description->token == XS_TOKEN_EXPORT)
    from = ((txExportNode *)node)->from;
  return from ? ((txStringNode *)from)->value : NULL;
}

// `body` is one statement or a list of them.
static void import_from_tree(txMachine *the, txNode *body)
{
  bool is_list = body->description->token == XS_TOKEN_STATEMENTS;
  txNode *node = is_list ? ((txStatementsNode *)body)->items->first : body;
  while (node) {
    const char *specifier = specifier_of(node);
    if (specifier)
      import(the, specifier);
    node = is_list ? node->next : NULL;
  }
}

// Imports what the main module imports, in its order. The tree is all that is needed of it: the
// main module itself is parsed again, on the program's own account.
static void import_dependencies(txMachine *the)
{
  chip *self = chip_from(the);
  txParser parser;
  txParserJump jump;
  fxInitializeParser(&parser, the, the->parserBufferSize, the->parserTableModulo);
  parser.firstJump = &jump;
  if (setjmp(jump.jmp_buf) == 0) {
    chip_parse_module(&parser, self->main);
    if (parser.errorCount)
      chip_end(CHIP_EXIT_SYNTAX);
    import_from_tree(the, ((txModuleNode *)parser.root)->body);
  }
  fxTerminateParser(&parser);
}

// Shared buffers lie outside the heap: no budget would hold them. Nobody shares memory here.
static void remove_shared_buffers(txMachine *the)
{
  fxBeginHost(the);
  mxPush(mxGlobal);
  mxDeleteID(mxID(_SharedArrayBuffer));
  mxPop();
  fxEndHost(the);
}

txMachine *chip_preload(chip *self)
{
  txMachine *preloading = create_preloading_machine(self);
  if (!preloading)
    chip_fail(CHIP_EXIT_HOST, "the engine does not start");
  chip_define_trace(preloading);
  remove_shared_buffers(preloading);
  import_dependencies(preloading);
  chip_run_jobs(preloading);
  fxCheckUnhandledRejections(preloading, 1);
  chip_rom_share(preloading);
  txMachine *program = create_program_machine(self, preloading);
  if (!program)
    chip_fail(CHIP_EXIT_HOST, "the engine does not start");
  self->running = true;
  return program;
}
