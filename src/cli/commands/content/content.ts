// `provision content`: what devices may download.

import type { Command } from "commander";
import { gather, printDone, printItem, printList, warn } from "../../terminal/output.js";
import { saveContent, uploadFile } from "./content-file.js";
import { addPublish } from "./publish.js";
import { addSessionOptions, openClient, type SessionOptions } from "../../terminal/session.js";

interface CreateOptions extends SessionOptions {
  readonly meta: string;
  readonly protected: boolean;
}

interface ForSerialOptions extends SessionOptions {
  readonly sn?: string;
}

export function addContent(program: Command): void {
  const content = program.command("content").description("contents of a model, such as firmware");
  addViews(content);
  addChanges(content);
}

function addViews(content: Command): void {
  addSessionOptions(content.command("list"))
    .description("list the contents of a model, or those that a serial may read")
    .argument("<model>")
    .option("--sn <serial>", "only those that this serial may read")
    .action(async (model: string, options: ForSerialOptions) => {
      const ids = await (await openClient(options)).contents.list(model, options.sn);
      printList(
        options.json,
        ids.map((id) => ({ id })),
        ["id"],
      );
    });
  addSessionOptions(content.command("info"))
    .description("show a content's type, size, time and meta")
    .argument("<model>")
    .argument("<id>")
    .option("--sn <serial>", "only if this serial may read it")
    .action(async (model: string, id: string, options: ForSerialOptions) => {
      const info = await (await openClient(options)).contents.info(model, id, options.sn);
      printItem(options.json, { id, ...info });
    });
  addSessionOptions(content.command("groups"))
    .description("list the groups that hold a content directly")
    .argument("<model>")
    .argument("<id>")
    .action(async (model: string, id: string, options: SessionOptions) => {
      const { contents } = await openClient(options);
      const groups = (await gather(contents.groups(model, id))).map((group) => ({ group }));
      printList(options.json, groups, ["group"]);
    });
  addSessionOptions(content.command("download"))
    .description("save a content as a file, which appears when it is complete")
    .argument("<model>")
    .argument("<id>")
    .argument("<file>")
    .option("--sn <serial>", "only if this serial may read it")
    .action(async (model: string, id: string, file: string, options: ForSerialOptions) => {
      const { contents } = await openClient(options);
      const bytes = await saveContent(
        { contents, model, id, file, isQuiet: options.json },
        options.sn,
      );
      printDone(options.json, { model, id, file, bytes }, `${file}: ${bytes} bytes`);
    });
}

function addChanges(content: Command): void {
  addSessionOptions(content.command("create"))
    .description("make a content's entry, without its bytes")
    .argument("<model>")
    .argument("<id>")
    .option("--meta <text>", "text that devices get with it", "")
    .option("--protected", "only for serials that share a group with it", false)
    .action(create);
  addSessionOptions(content.command("upload"))
    .description("upload the bytes of an entry, once")
    .argument("<model>")
    .argument("<id>")
    .argument("<file>")
    .option("--type <type>", "its Content-Type", "application/octet-stream")
    .action(
      async (
        model: string,
        id: string,
        file: string,
        options: SessionOptions & { type: string },
      ) => {
        const { contents } = await openClient(options);
        const target = { contents, model, id, file, isQuiet: options.json };
        const bytes = await uploadFile(target, options.type);
        printDone(options.json, { model, id, bytes }, `${id}: ${bytes} bytes uploaded`);
      },
    );
  addPublish(content);
  addSessionOptions(content.command("delete"))
    .description("delete a content and all that belongs to it")
    .argument("<model>")
    .argument("<id>")
    .action(async (model: string, id: string, options: SessionOptions) => {
      await (await openClient(options)).contents.delete(model, id);
      printDone(options.json, { model, id }, `content ${id} is deleted`);
    });
}

async function create(model: string, id: string, options: CreateOptions): Promise<void> {
  const { meta, protected: isProtected } = options;
  const { contents } = await openClient(options);
  await contents.create(model, id, { meta, protected: isProtected });
  if (meta.includes(",")) warn("some clients cannot read a meta with commas");
  printDone(options.json, { model, id }, `content ${id} is made`);
}
