// Modules that are built in: a piece of JavaScript that declares the interface, and the C functions
// behind it. XS's own notation ties them: `read() @ "read"` is a method whose body is the native of
// that name, `class TCP @ "dispose"` one whose instances are host objects with that destructor.

#ifndef CHIP_MODULE_H
#define CHIP_MODULE_H

#include "engine.h"

typedef struct {
  const char *name;
  txCallback function; // either this
  txDestructor destructor; // or this
} chip_native;

typedef struct {
  const char *specifier;
  const char *source;
  const chip_native *natives; // the last has no name
} chip_module;

extern const chip_module chip_boot_module, chip_digest_module, chip_flash_module,
  chip_listener_module, chip_meter_module, chip_resolve_module, chip_tcp_module, chip_timer_module;

// The built-in module of that specifier, or NULL.
const chip_module *chip_module_find(const char *specifier);

// Runs a module that is built in. Its script must have been parsed with mxCFlag.
void chip_module_run(txMachine *the, const chip_module *module, txSlot *slot, txID id,
                     txScript *script);

// The context, for natives. Throws while device modules are being preloaded: on the chip that
// happens when the firmware is linked, where natives do not exist.
chip *chip_native_context(txMachine *the);

// What a host object was given; `hooks` tell which kind it must be of, else this throws.
// Throws if the object is closed.
void *chip_host_data(txMachine *the, txSlot *object, const txHostHooks *hooks);

// The same, but NULL if the object is closed.
void *chip_host_data_if(txMachine *the, txSlot *object, const txHostHooks *hooks);

// Gives an object of a class with `@` its data; NULL closes it.
void chip_set_host_data(txMachine *the, txSlot *object, void *data, const txHostHooks *hooks);

#endif
