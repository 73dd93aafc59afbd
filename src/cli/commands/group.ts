// `provision group`: groups of contents, serials and other groups, by which protected contents are
// given out.

import { InvalidArgumentError, Option, type Command } from "commander";
import { memberTypes, type MemberKey, type MemberType } from "../../client/groups.js";
import { parseDecimal } from "../../protocol/decimal.js";
import { gather, printDone, printItem, printList } from "../terminal/output.js";
import { addSessionOptions, openClient, type SessionOptions } from "../terminal/session.js";

interface MembersOptions extends SessionOptions {
  readonly type?: MemberType;
  readonly id?: string;
}

interface PutOptions extends SessionOptions {
  readonly type: MemberType;
  readonly expires?: number;
  readonly meta: string;
}

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
  addMemberArguments(group.command("add"))
    .description("put members into a group, or change those that are there; all or none")
    .option("--expires <time>", "when they end: Unix seconds or a date", time)
    .option("--meta <text>", "anything to keep with them", "")
    .action(async (model: string, id: string, ids: string[], options: PutOptions) => {
      const { type, expires, meta } = options;
      const members = { type, ids, expiresAtSeconds: expires, meta };
      await (await openClient(options)).groups.putSimilar(model, id, members);
      printDone(options.json, { model, group: id, added: ids }, `${id} has ${ids.join(" ")}`);
    });
  addMemberArguments(group.command("remove"))
    .description("take members out of a group; others are ignored")
    .action(async (model: string, id: string, ids: string[], options: PutOptions) => {
      await (await openClient(options)).groups.removeSimilar(model, id, options.type, ids);
      const sentence = `${id} no longer has ${ids.join(" ")}`;
      printDone(options.json, { model, group: id, removed: ids }, sentence);
    });
}

function addMemberArguments(command: Command): Command {
  return addSessionOptions(command)
    .argument("<model>")
    .argument("<group>")
    .argument("<member...>", "ids, or serials")
    .addOption(
      new Option("--type <type>", "what the members are")
        .choices(memberTypes)
        .makeOptionMandatory(),
    );
}

/** Unix seconds. */
function time(text: string): number {
  const seconds = parseDecimal(text) ?? Math.floor(Date.parse(text) / 1000);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("expected Unix seconds, or a date such as 2030-12-31T12:00:00Z");
}
