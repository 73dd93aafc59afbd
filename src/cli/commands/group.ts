// `provision group`: groups of contents, serials and other groups, by which protected contents are
// given out.

import { InvalidArgumentError, Option, type Command } from "commander";
import { memberTypes, type Groups, type MemberKey, type MemberType } from "../../client/groups.js";
import { parseDecimal } from "../../protocol/decimal.js";
import { countOf } from "../terminal/count.js";
import { gather, printDone, printItem, printList } from "../terminal/output.js";
import { ProgressBar } from "../terminal/progress-bar.js";
import { addSessionOptions, misuse, openClient, type SessionOptions } from "../terminal/session.js";
import { addSelection, selectSerials, type SelectionOptions } from "./serial/selection.js";

interface MembersOptions extends SessionOptions {
  readonly type?: MemberType;
  readonly id?: string;
}

interface PutOptions extends SessionOptions, SelectionOptions {
  readonly type: MemberType;
  readonly expires?: number;
  readonly meta: string;
}

/** Of one request, which the service takes whole or not at all. */
const batchMembers = 1000;

export function addGroup(program: Command): void {
  const group = program.command("group").description("groups of a model");
  addGroups(group);
  addMembers(group);
}

function addGroups(group: Command): void {
  addSessionOptions(group.command("list"))
    .description("list the groups of a model")
    .argument("<model>")
    .action(async (model: string, options: SessionOptions) => {
      const groups = await gather((await openClient(options)).groups.list(model));
      printList(options.json, groups, ["id", "meta"]);
    });
  addSessionOptions(group.command("create"))
    .description("make a group")
    .argument("<model>")
    .argument("<id>")
    .option("--meta <text>", "anything to keep with it", "")
    .action(async (model: string, id: string, options: SessionOptions & { meta: string }) => {
      await (await openClient(options)).groups.create(model, id, options.meta);
      printDone(options.json, { model, id }, `group ${id} is made`);
    });
  addSessionOptions(group.command("info"))
    .description("show a group's meta and how many members it has")
    .argument("<model>")
    .argument("<id>")
    .action(async (model: string, id: string, options: SessionOptions) => {
      printItem(options.json, {
        id,
        ...(await (await openClient(options)).groups.info(model, id)),
      });
    });
  addSessionOptions(group.command("groups"))
    .description("list the groups that hold a group directly")
    .argument("<model>")
    .argument("<id>")
    .action(async (model: string, id: string, options: SessionOptions) => {
      const { groups } = await openClient(options);
      const holders = (await gather(groups.groups(model, id))).map((holder) => ({ group: holder }));
      printList(options.json, holders, ["group"]);
    });
  addSessionOptions(group.command("delete"))
    .description("delete a group, not what it holds")
    .argument("<model>")
    .argument("<id>")
    .action(async (model: string, id: string, options: SessionOptions) => {
      await (await openClient(options)).groups.delete(model, id);
      printDone(options.json, { model, id }, `group ${id} is deleted`);
    });
}

function addMembers(group: Command): void {
  addSessionOptions(group.command("members"))
    .description("list what a group holds")
    .argument("<model>")
    .argument("<group>")
    .addOption(new Option("--type <type>", "only of this type").choices(memberTypes))
    .option("--id <id>", "only of this id")
    .action(async (model: string, id: string, options: MembersOptions) => {
      const { groups } = await openClient(options);
      const key: Partial<MemberKey> = {
        ...(options.type !== undefined && { type: options.type }),
        ...(options.id !== undefined && { id: options.id }),
      };
      const members = await gather(groups.members(model, id, key));
      printList(options.json, members, ["type", "id", "expiresAtSeconds", "meta"]);
    });
  addMemberArguments(group.command("add"), "every listed serial")
    .description("put members into a group, or change those that are in it; all or none of 1000")
    .option("--expires <time>", "when their membership ends: Unix seconds or a date", time)
    .option("--meta <text>", "anything to keep with them", "")
    .action(async (model: string, id: string, names: string[], options: PutOptions) => {
      const { type, expires, meta } = options;
      const { groups, ids } = await selectMembers(model, names, options);
      await inBatches(ids, options.json, (batch) => {
        return groups.putSimilar(model, id, { type, ids: batch, expiresAtSeconds: expires, meta });
      });
      const facts = { model, group: id, added: names.length > 0 ? ids : ids.length };
      printDone(options.json, facts, `${id} has ${membersText(names, ids)}`);
    });
  addMemberArguments(group.command("remove"), "every listed serial")
    .description("take members out of a group; those that are not in it are ignored")
    .action(async (model: string, id: string, names: string[], options: PutOptions) => {
      const { groups, ids } = await selectMembers(model, names, options);
      await inBatches(ids, options.json, (batch) => {
        return groups.removeSimilar(model, id, options.type, batch);
      });
      const facts = { model, group: id, removed: names.length > 0 ? ids : ids.length };
      printDone(options.json, facts, `${id} no longer has ${membersText(names, ids)}`);
    });
}

/** Files, ranges and --all are of serials. */
async function selectMembers(
  model: string,
  names: readonly string[],
  options: PutOptions,
): Promise<{ readonly groups: Groups; readonly ids: readonly string[] }> {
  const { groups, serials } = await openClient(options);
  if (names.length > 0 && options.type !== "sn") return { groups, ids: names };
  if (options.type !== "sn") return misuse("name the members: a file, a range or --all is for sn");
  const { serials: ids } = await selectSerials(() => serials.list(model), names, options);
  return { groups, ids };
}

async function inBatches(
  ids: readonly string[],
  isQuiet: boolean,
  send: (batch: readonly string[]) => Promise<void>,
): Promise<void> {
  const bar = new ProgressBar(ids.length, "members", !isQuiet && ids.length > batchMembers);
  try {
    for (let at = 0; at < ids.length; at += batchMembers) {
      await send(ids.slice(at, at + batchMembers));
      bar.update(Math.min(at + batchMembers, ids.length));
    }
  } finally {
    bar.end();
  }
}

function membersText(names: readonly string[], ids: readonly string[]): string {
  return names.length > 0 ? ids.join(" ") : countOf(ids.length, "serial");
}

function addMemberArguments(command: Command, all: string): Command {
  return addSelection(
    addSessionOptions(command).argument("<model>").argument("<group>"),
    "member",
    all,
  ).addOption(
    new Option("--type <type>", "what the members are").choices(memberTypes).makeOptionMandatory(),
  );
}

/** Unix seconds. */
function time(text: string): number {
  const seconds = parseDecimal(text) ?? Math.floor(Date.parse(text) / 1000);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("expected Unix seconds, or a date such as 2030-12-31T12:00:00Z");
}
