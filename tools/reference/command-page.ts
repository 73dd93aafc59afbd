// docs/reference/cli.md: every command with its arguments, options and defaults, as the program has
// them.

import type { Argument, Command, Option } from "commander";
import { exitCodes, makeProgram } from "../../src/cli/program.js";

/** Markdown. */
export function commandPage(): string {
  const program = makeProgram();
  const commands = leavesOf(program);
  const list = commands.map((command) => {
    const name = nameOf(command);
    return `- [\`${name}\`](#${name.replaceAll(" ", "-")}): ${command.description()}`;
  });
  return [
    "# Command line",
    "Written by `npm run reference` from the program. `provision COMMAND --help` says the same.",
    exitCodes,
    "With `--json`, standard output is one JSON value and nothing else; an error is a line on standard error.",
    list.join("\n"),
    ...commands.map(section),
  ].join("\n\n");
}

/** The commands that do something, in the order of the help. */
export function leavesOf(command: Command): Command[] {
  const below = command.commands.filter((child) => child.name() !== "help");
  return below.length === 0 ? [command] : below.flatMap(leavesOf);
}

/** "provision serial list" */
export function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

/** An option's line of a list: flags, what it means, choices and default. */
export function optionLine(option: Option): string {
  const notes = [
    ...(option.mandatory ? ["required"] : []),
    ...(option.argChoices === undefined ? [] : [`one of ${option.argChoices.join(", ")}`]),
    ...defaultOf(option.defaultValue),
  ];
  const more = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  return `- \`${option.flags}\`: ${option.description}${more}`;
}

function section(command: Command): string {
  const name = nameOf(command);
  const words = command.registeredArguments.map(argumentWord);
  const options = command.options.filter((option) => !option.hidden);
  const usage = [name, ...words, ...(options.length === 0 ? [] : ["[options]"])].join(" ");
  const described = command.registeredArguments.filter(({ description }) => description !== "");
  const lines = [...described.map(argumentLine), ...options.map(optionLine)];
  return [
    `## ${name}`,
    sentence(command.description()),
    `\`\`\`sh\n${usage}\n\`\`\``,
    ...(lines.length === 0 ? [] : [lines.join("\n")]),
    ...moreOf(command),
  ].join("\n\n");
}

function argumentWord(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? "..." : "");
  return argument.required ? `<${name}>` : `[${name}]`;
}

function argumentLine(argument: Argument): string {
  const notes = defaultOf(argument.defaultValue);
  const more = notes.length === 0 ? "" : ` (${notes.join("; ")})`;
  return `- \`${argumentWord(argument)}\`: ${argument.description}${more}`;
}

/** A switch that is off needs no word. */
function defaultOf(value: unknown): string[] {
  const isTold = typeof value === "number" || (typeof value === "string" && value !== "");
  return isTold ? [`default: ${value}`] : [];
}

/** What the help says below its lists. */
function moreOf(command: Command): string[] {
  let help = "";
  command.configureOutput({ writeOut: (text) => (help += text) });
  command.outputHelp();
  const more = help.slice(command.helpInformation().length).trim();
  return more === "" ? [] : [more];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
