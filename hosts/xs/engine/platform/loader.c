// The two functions by which XS finds and loads modules, and the parser's use.

#include "loader.h"

#include "code.h"
#include "module.h"

// Joins and resolves. Tries the name as it is, then with `.js` behind it.
static bool find_file(const char *folder, size_t folder_length, const char *name, char *result)
{
  char path[PATH_MAX];
  static const char *const endings[] = { "", ".js" };
  for (int i = 0; i < 2; i++) {
    int length = snprintf(path, sizeof path, "%.*s%s%s", (int)folder_length, folder, name,
                          endings[i]);
    struct stat status;
    if (length < 0 || length >= (int)sizeof path)
      return false;
    if (stat(path, &status) == 0 && S_ISREG(status.st_mode) && realpath(path, result))
      return true;
  }
  return false;
}

static bool find_by_name(const chip *self, const char *specifier, char *result)
{
  char name[256] = "/";
  if (chip_module_find(specifier)) {
    strcpy(result, specifier);
    return true;
  }
  if (strlen(specifier) + 2 > sizeof name)
    return false;
  strcat(name, specifier);
  for (char *p = name + 1; *p; p++) {
    if (*p == ':' || *p == '/')
      *p = '-';
  }
  return find_file(self->modules, strlen(self->modules), name, result);
}

bool chip_find_module(const chip *self, const char *from, const char *specifier, char *result)
{
  if (specifier[0] == '/' || !from)
    return find_file("", 0, specifier, result);
  if (strncmp(specifier, "./", 2) && strncmp(specifier, "../", 3))
    return find_by_name(self, specifier, result);
  const char *slash = strrchr(from, '/');
  return slash && find_file(from, (size_t)(slash - from) + 1, specifier, result);
}

static void report_syntax_error(void *console, txString path, txInteger line, txString format,
                                c_va_list arguments)
{
  char text[512];
  vsnprintf(text, sizeof text, format, arguments);
  chip_say("%s:%d: %s", path ? path : "?", (int)line, text);
  chip_from(console)->load_failure = CHIP_EXIT_SYNTAX;
}

typedef struct {
  const char *text;
} text_stream;

static int next_of_text(void *stream)
{
  text_stream *self = stream;
  return *self->text ? (unsigned char)*self->text++ : EOF;
}

void chip_parse_module(txParser *parser, const char *name)
{
  const chip_module *module = chip_module_find(name);
  parser->reportError = report_syntax_error;
  parser->path = fxNewParserSymbol(parser, (txString)name);
  if (module) {
    text_stream stream = { module->source };
    fxParserTree(parser, &stream, next_of_text, mxCFlag, NULL);
    return;
  }
  FILE *file = fopen(name, "re");
  if (!file)
    chip_fail(CHIP_EXIT_NO_MODULE, "module %s: %s", name, strerror(errno));
  fxParserTree(parser, file, (txGetter)fgetc, 0, NULL);
  fclose(file);
}

static txScript *parse(txMachine *the, const char *name)
{
  txParser parser;
  txParserJump jump;
  txScript *volatile script = NULL;
  fxInitializeParser(&parser, the, the->parserBufferSize, the->parserTableModulo);
  parser.firstJump = &jump;
  if (setjmp(jump.jmp_buf) == 0) {
    chip_parse_module(&parser, name);
    fxParserHoist(&parser);
    fxParserBind(&parser);
    script = fxParserCode(&parser);
  }
  fxTerminateParser(&parser);
  return script;
}

txID fxFindModule(txMachine *the, txSlot *realm, txID importer, txSlot *specifier)
{
  char name[PATH_MAX], result[PATH_MAX];
  chip *self = chip_from(the);
  (void)realm;
  fxToStringBuffer(the, specifier, name, sizeof name);
  const char *from = importer == XS_NO_ID ? NULL : fxGetKeyName(the, importer);
  if (!from && chip_module_find(name))
    return fxNewNameC(the, name);
  if (chip_find_module(self, from, name, result))
    return fxNewNameC(the, result);
  self->load_failure = CHIP_EXIT_NO_MODULE;
  chip_say("module \"%s\" not found, imported by %s", name, from ? from : "the command line");
  return XS_NO_ID;
}

void fxLoadModule(txMachine *the, txSlot *module, txID id)
{
  const char *name = fxGetKeyName(the, id);
  const chip_module *native = chip_module_find(name);
  if (!chip_is_program(the) && !strcmp(name, chip_from(the)->main))
    mxTypeError("a device module imports the main module");
  txScript *script = parse(the, name);
  if (!chip_is_program(the))
    chip_code_stay(the, script);
  if (native)
    chip_module_run(the, native, module, id, script);
  else
    fxResolveModule(the, module, id, script, NULL, NULL);
}
