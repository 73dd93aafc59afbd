// The registry of built-in modules, and how their natives get into the engine.

#include "module.h"

static const chip_module *const modules[] = {
  &chip_boot_module,  &chip_digest_module,  &chip_flash_module, &chip_listener_module,
  &chip_meter_module, &chip_resolve_module, &chip_tcp_module,   &chip_timer_module,
};

// What is needed from the parsing of a module to the run of its callback.
typedef struct {
  const chip_module *module;
  txByte *names;
} binding;

const chip_module *chip_module_find(const char *specifier)
{
  for (size_t i = 0; i < sizeof modules / sizeof *modules; i++) {
    if (!strcmp(specifier, modules[i]->specifier))
      return modules[i];
  }
  return NULL;
}

static const chip_native *find_native(const chip_module *module, const char *name)
{
  for (const chip_native *native = module->natives; native->name; native++) {
    if (!strcmp(native->name, name))
      return native;
  }
  chip_fail(CHIP_EXIT_HOST, "module %s names a native that is not there: %s", module->specifier,
            name);
}

// The engine calls this before a module with natives is run; the result is the array in which the
// byte code looks its natives up by index. The list of names, as the parser wrote it:
//   count (ID) | per name: parameters (int8, negative: destructor), symbol (ID), name, NUL
static void build_natives(txMachine *the)
{
  const binding *bound = chip_from(the)->natives;
  txByte *p = bound->names;
  txID count;
  mxDecodeID(p, count);
  mxPush(mxArrayPrototype);
  fxNewArrayInstance(the);
  fxArrayCacheBegin(the, the->stack);
  for (txID i = 0; i < count; i++) {
    int length = *p++;
    p += sizeof(txID);
    const chip_native *native = find_native(bound->module, (const char *)p);
    if (length < 0)
      fxNewHostObject(the, native->destructor);
    else
      fxNewHostFunction(the, native->function, length, XS_NO_ID, XS_NO_ID);
    fxArrayCacheItem(the, the->stack + 1, the->stack);
    mxPop();
    p += strlen((const char *)p) + 1;
  }
  fxArrayCacheEnd(the, the->stack);
  mxPullSlot(mxResult);
}

void chip_module_run(txMachine *the, const chip_module *module, txSlot *slot, txID id,
                     txScript *script)
{
  binding bound = { module, script->hostsBuffer };
  chip_from(the)->natives = &bound;
  if (script->hostsBuffer)
    script->callback = build_natives;
  fxResolveModule(the, slot, id, script, NULL, NULL);
  chip_from(the)->natives = NULL;
}

chip *chip_native_context(txMachine *the)
{
  chip *self = chip_from(the);
  if (!self->running)
    mxTypeError("no native can be called while device modules are preloaded");
  return self;
}

void *chip_host_data_if(txMachine *the, txSlot *object, const txHostHooks *hooks)
{
  txSlot *host = mxIsReference(object) ? object->value.reference->next : NULL;
  if (!host || !(host->flag & XS_INTERNAL_FLAG) || host->kind != XS_HOST_KIND ||
      !(host->flag & XS_HOST_HOOKS_FLAG) || host->value.host.variant.hooks != hooks)
    mxTypeError("this is no such object");
  return host->value.host.data;
}

void *chip_host_data(txMachine *the, txSlot *object, const txHostHooks *hooks)
{
  void *data = chip_host_data_if(the, object, hooks);
  if (!data)
    mxTypeError("closed");
  return data;
}

void chip_set_host_data(txMachine *the, txSlot *object, void *data, const txHostHooks *hooks)
{
  fxSetHostData(the, object, data);
  fxSetHostHooks(the, object, hooks);
}
