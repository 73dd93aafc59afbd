// `provision model`: a vendor's models.

import { Option, type Command } from "commander";
import { modelOptions, type ModelOption, type Template } from "../../client/models.js";
import { addConfirmOption, confirm, type ConfirmOptions } from "../terminal/confirm.js";
import { countOf } from "../terminal/count.js";
import { printDone, printItem, printList, warn } from "../terminal/output.js";
import { addSessionOptions, misuse, openClient, type SessionOptions } from "../terminal/session.js";

interface TemplateOptions extends SessionOptions {
  readonly rid?: string;
  readonly code?: string;
  readonly option?: readonly ModelOption[];
}

/** Serials that are counted before a question: more take long to list. */
const countedMax = 100_000;

/** Embedded clients in the field cut vendor and model there. */
const truncatedAtBytes = 20;

export function addModel(program: Command): void {
  const model = program.command("model").description("models of devices");
  addSessionOptions(model.command("list"))
    .description("list models, or those that other vendors share")
    .option("--shared", "models that other vendors share with this one", false)
    .action(async (options: SessionOptions & { shared: boolean }) => {
      const { models } = await openClient(options);
      if (options.shared) printList(options.json, await models.listShared(), ["vendor", "model"]);
      else {
        const names = await models.list();
        printList(
          options.json,
          names.map((name) => ({ model: name })),
          ["model"],
        );
      }
    });
  addTemplateOptions(model.command("create"))
    .description("make a model; its clients are made like the template of --rid or --code")
    .argument("<model>")
    .action(create);
  addSessionOptions(model.command("info"))
    .description("show a model's template and options")
    .argument("<model>")
    .action(async (name: string, options: SessionOptions) => {
      const { template, options: modelOptionList } = await (
        await openClient(options)
      ).models.info(name);
      printItem(options.json, {
        model: name,
        ...template,
        options: options.json ? modelOptionList : modelOptionList.join(" "),
      });
    });
  addTemplateOptions(model.command("update"))
    .description("replace a model's options, and its template if --rid is given")
    .argument("<model>")
    .action(async (name: string, options: TemplateOptions) => {
      const template = templateOf(options);
      const change = { ...(template && { template }), options: options.option ?? [] };
      await (await openClient(options)).models.update(name, change);
      printDone(options.json, { model: name }, `model ${name} is changed`);
    });
  addConfirmOption(addSessionOptions(model.command("delete")))
    .description("delete a model with its serials, contents, groups and shares")
    .argument("<model>")
    .action(deleteModel);
}

async function deleteModel(name: string, options: SessionOptions & ConfirmOptions): Promise<void> {
  const client = await openClient(options);
  const contents = await client.contents.list(name);
  const serials = await countListed(client.serials.list(name));
  if (serials + contents.length > 0) {
    const many = serials === countedMax ? "at least " : "";
    const what = `${many}${countOf(serials, "serial")} and ${countOf(contents.length, "content")}`;
    await confirm(`delete model ${name} with ${what}`, options);
  }
  await client.models.delete(name);
  const facts = { model: name, serials, contents: contents.length };
  printDone(options.json, facts, `model ${name} is deleted`);
}

/** At most `countedMax`. */
async function countListed(serials: AsyncIterator<unknown>): Promise<number> {
  let count = 0;
  while (count < countedMax && (await serials.next()).done !== true) count += 1;
  return count;
}

function addTemplateOptions(command: Command): Command {
  return addSessionOptions(command)
    .option("--rid <rid>", "RID of the template for its devices' clients, usually the vendor's")
    .addOption(new Option("--code <code>", "share code instead of a RID").conflicts("rid"))
    .addOption(
      new Option("--option <name...>", "leave this out of its devices' clients").choices(
        modelOptions,
      ),
    );
}

async function create(name: string, options: TemplateOptions): Promise<void> {
  const template = templateOf(options);
  if (template === undefined) return misuse("no template: use --rid or --code");
  await (await openClient(options)).models.create(name, template, options.option);
  if (Buffer.byteLength(name) > truncatedAtBytes) {
    warn(`some devices read only the first ${truncatedAtBytes} bytes of a model's name`);
  }
  printDone(options.json, { model: name }, `model ${name} is made`);
}

function templateOf({ rid, code }: TemplateOptions): Template | undefined {
  if (rid !== undefined) return { rid };
  return code === undefined ? undefined : { code };
}
