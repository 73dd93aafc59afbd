// Passes over all slots of the preloading machine: refuse, freeze, number, fix. What to freeze and
// what to number follows the linker of Moddable's SDK (tools/xsl), so that a program sees here what
// it will see on the chip.

#include "rom.h"

// The slots of a heap: the first slot is its head and points behind the last.
static void for_each_slot(txMachine *the, void (*visit)(txMachine *, txSlot *))
{
  for (txSlot *heap = the->firstHeap; heap; heap = heap->next) {
    for (txSlot *slot = heap + 1; slot < heap->value.reference; slot++)
      visit(the, slot);
  }
}

static bool is_code(const txSlot *property)
{
  return property->kind == XS_CALLBACK_KIND || property->kind == XS_CALLBACK_X_KIND ||
         property->kind == XS_CODE_KIND || property->kind == XS_CODE_X_KIND;
}

static bool is_function(const txSlot *instance)
{
  return instance->next && (instance->next->flag & XS_INTERNAL_FLAG) && is_code(instance->next);
}

static void freeze_property(txSlot *property)
{
  if (property->kind != XS_ACCESSOR_KIND)
    property->flag |= XS_DONT_SET_FLAG;
  property->flag |= XS_DONT_DELETE_FLAG;
}

static void freeze(txSlot *instance)
{
  instance->flag |= XS_DONT_PATCH_FLAG;
  for (txSlot *property = instance->next; property; property = property->next) {
    freeze_property(property);
    if (property->kind == XS_PRIVATE_KIND) {
      for (txSlot *field = property->value.private.first; field; field = field->next)
        freeze_property(field);
    }
  }
}

// The objects that are there before any module: prototypes, Math, JSON, ... but not the global.
static void freeze_intrinsics(txMachine *the)
{
  const txSlot *end = the->stackTop - mxInstanceInspectorsStackIndex - 1; // the machine's own state
  for (txSlot *slot = the->stack; slot < end; slot++) {
    if (slot->kind == XS_REFERENCE_KIND && slot->value.reference != mxGlobal.value.reference)
      freeze(slot->value.reference);
  }
}

static void freeze_function(txSlot *function)
{
  freeze(function);
  if (!(function->flag & XS_CAN_CONSTRUCT_FLAG))
    return;
  for (txSlot *property = function->next; property; property = property->next) {
    if (property->ID == mxID(_prototype) && property->kind == XS_REFERENCE_KIND)
      freeze(property->value.reference);
  }
}

// Functions and their prototypes, scopes, and what the engine cannot copy on write.
static void freeze_uncopyable(txMachine *the, txSlot *slot)
{
  (void)the;
  txSlot *first = slot->next;
  if (slot->kind != XS_INSTANCE_KIND || !first || !(first->flag & XS_INTERNAL_FLAG))
    return;
  if (is_code(first))
    freeze_function(slot);
  switch (first->kind) {
  case XS_PROMISE_KIND:
    freeze(slot);
    if (first->next && first->next->kind == XS_REFERENCE_KIND)
      freeze(first->next->value.reference); // its thens
    break;
  case XS_MAP_KIND:
  case XS_SET_KIND:
  case XS_WEAK_MAP_KIND:
  case XS_WEAK_SET_KIND:
  case XS_WEAK_REF_KIND:
  case XS_PROXY_KIND:
  case XS_REGEXP_KIND:
    freeze(slot);
    break;
  default:
    if (first->ID == XS_ENVIRONMENT_BEHAVIOR)
      freeze(slot);
  }
}

static void refuse_buffer(txMachine *the, txSlot *slot)
{
  if (slot->kind == XS_ARRAY_BUFFER_KIND && slot->next && slot->next->kind == XS_BUFFER_INFO_KIND &&
      slot->next->value.bufferInfo.length > 0 && slot->value.arrayBuffer.address)
    chip_fail(CHIP_EXIT_RETAINED_BUFFER,
              "a device module keeps a buffer of %d bytes at module level: it would be read-only "
              "flash on the chip; make it when it is needed",
              (int)slot->next->value.bufferInfo.length);
  if (slot->kind == XS_HOST_KIND && slot->value.host.data)
    chip_fail(CHIP_EXIT_RETAINED_BUFFER, "a device module keeps a native object at module level");
  (void)the;
}

static bool is_frozen_property(const txSlot *property)
{
  return (property->flag & XS_DONT_DELETE_FLAG) &&
         (property->kind == XS_ACCESSOR_KIND || (property->flag & XS_DONT_SET_FLAG));
}

static bool is_frozen(txMachine *the, txSlot *instance)
{
  if (!(instance->flag & XS_DONT_PATCH_FLAG))
    return false;
  txSlot *property = instance->next;
  for (; property && (property->flag & XS_INTERNAL_FLAG); property = property->next) {
    if (property->kind != XS_ARRAY_KIND)
      continue;
    txIndex length = fxGetIndexSize(the, property);
    for (txIndex i = 0; i < length; i++) {
      if (!is_frozen_property(property->value.array.address + i))
        return false;
    }
  }
  for (; property; property = property->next) {
    if (!is_frozen_property(property))
      return false;
  }
  return true;
}

// Number 0 means: no alias.
static void number_instance(txMachine *the, txSlot *slot)
{
  if (slot->kind != XS_INSTANCE_KIND)
    return;
  if (is_frozen(the, slot)) {
    freeze(slot); // its internal properties too
    slot->ID = XS_NO_ID;
  } else {
    slot->ID = the->aliasCount++;
  }
}

static void number_variable(txMachine *the, txSlot *slot)
{
  if (slot->kind != XS_CLOSURE_KIND)
    return;
  txSlot *variable = slot->value.closure;
  if (variable->kind == XS_REFERENCE_KIND && is_function(variable->value.reference))
    variable->flag |= XS_DONT_SET_FLAG;
  if (variable->flag & XS_DONT_SET_FLAG) {
    if (variable->ID != XS_NO_ID)
      variable->flag |= XS_DONT_DELETE_FLAG;
    return;
  }
  if (variable->ID == XS_NO_ID)
    variable->ID = the->aliasCount++;
  slot->flag &= ~XS_DONT_SET_FLAG;
}

// Whatever points to a chunk is told that the chunk neither moves nor goes away.
static void fix_chunk(txSlot *slot)
{
  switch (slot->kind) {
  case XS_STRING_KIND:
    slot->kind = XS_STRING_X_KIND;
    break;
  case XS_BIGINT_KIND:
    slot->kind = XS_BIGINT_X_KIND;
    break;
  case XS_CODE_KIND:
    slot->kind = XS_CODE_X_KIND;
    break;
  case XS_KEY_KIND:
    slot->kind = XS_KEY_X_KIND;
    break;
  default:
    break;
  }
}

static void fix_slot(txMachine *the, txSlot *slot)
{
  fix_chunk(slot);
  if (slot->kind == XS_ARRAY_KIND && slot->value.array.address) {
    txIndex length = fxGetIndexSize(the, slot);
    for (txIndex i = 0; i < length; i++)
      fix_chunk(slot->value.array.address + i);
  }
  slot->flag |= XS_MARK_FLAG;
}

// The modules and the scope of the realm are left where fxCloneMachine looks for them.
static void detach_realm(txMachine *the)
{
  txSlot *realm = mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm;
  txSlot *modules = mxOwnModules(realm)->value.reference;
  for (txSlot *module = modules->next; module; module = module->next)
    mxModuleInstanceInternal(module->value.reference)->value.module.realm = NULL;
  mxModuleInstanceInternal(mxProgram.value.reference)->value.module.realm = NULL;
  mxException.kind = XS_REFERENCE_KIND;
  mxException.value.reference = mxRealmClosures(realm)->value.reference;
  mxProgram.value.reference = modules;
  mxHosts = mxUndefined;
  mxModuleQueue = mxUndefined;
  mxUnhandledPromises = mxUndefined;
  mxDuringJobs = mxUndefined;
  mxFinalizationRegistries = mxUndefined;
  mxPendingJobs = mxUndefined;
  mxRunningJobs = mxUndefined;
}

void chip_rom_share(txMachine *the)
{
  detach_realm(the);
  fxCollectGarbage(the);
  for_each_slot(the, refuse_buffer);
  freeze_intrinsics(the);
  for_each_slot(the, freeze_uncopyable);
  the->aliasCount = 1;
  for_each_slot(the, number_instance);
  for_each_slot(the, number_variable);
  for_each_slot(the, fix_slot);
  for (txSlot *slot = the->stack; slot < the->stackTop; slot++)
    fix_chunk(slot);
  the->shared = 1;
}
