import assert from "node:assert/strict";
import { declaredNatives, nativeComplaints } from "../../../tools/check-moddable/natives.js";

const header = `/* XS GENERATED FILE; DO NOT EDIT! */
mxExport void* xsPreparationAndCreation(xsCreation **creation);
extern void xs_pipe_destructor(void* data);
extern void xs_pipe_read(xsMachine* the);
`;

/** One file for two modules, as the SDK's TCP and its listener are; only the pipe's is linked. */
const pipe = `#include "mc.xs.h"
static const xsHostHooks pipeHooks = { xs_pipe_destructor, NULL, NULL };
static const xsHostHooks doorHooks = { xs_door_destructor, NULL, NULL };

void xs_pipe_destructor(void *data)
{
}
void xs_door_destructor(void *data)
{
}
void xs_door_open(xsMachine *the)
{
  xs_door_destructor(0);
}
`;

function complaintsOf(text: string, headers = "", declared = header): string[] {
  return nativeComplaints([{ path: "pipe.c", text, headers }], declared);
}

describe("the natives of an app's C files", () => {
  it("are those that mc.xs.h declares", () => {
    assert.deepEqual([...declaredNatives(header)], ["xs_pipe_destructor", "xs_pipe_read"]);
    assert.throws(() => declaredNatives("#include <stdio.h>"), /no mc\.xs\.h/);
  });

  it("fail where a file names one before anything declares it", () => {
    assert.deepEqual(complaintsOf(pipe), [
      "pipe.c names xs_door_destructor, which mc.xs.h does not declare: link its module, too",
    ]);
  });

  it("pass once the other module is linked", () => {
    const both = `${header}extern void xs_door_destructor(void* data);\n`;
    assert.deepEqual(complaintsOf(pipe, "", both), []);
  });

  it("pass if the file, or a header of the manifest, declares them", () => {
    const declaration = "void xs_door_destructor(void *data);\n";
    assert.deepEqual(complaintsOf(declaration + pipe), []);
    assert.deepEqual(complaintsOf(`extern ${declaration}${pipe}`), []);
    assert.deepEqual(complaintsOf(pipe, declaration), []);
  });

  it("are not found in comments and texts", () => {
    const quiet = pipe.replace("xs_door_destructor, NULL, NULL", '"xs_door_destructor", NULL');
    assert.deepEqual(complaintsOf(`// xs_door_destructor\n/* xs_door_destructor */${quiet}`), []);
  });

  it("fail in the file of another module, too", () => {
    const door = { path: "door.c", text: pipe, headers: "void xs_door_destructor(void *data);" };
    const user = { path: "user.c", text: "int it = (int)&xs_door_destructor;\n", headers: "" };
    assert.deepEqual(nativeComplaints([door, user], header), [
      "user.c names xs_door_destructor, which mc.xs.h does not declare: link its module, too",
    ]);
  });
});
