// Changes one member of a JSON object in its text, so that the rest of a file that people write
// stays as they wrote it.

const indent = "  ";
const lineLengthMax = 100;
/** A string, or one character that is in none. */
const token = /"(?:[^"\\]|\\.)*"|[^"]/gs;

interface Member {
  readonly begin: number;
  readonly end: number;
}

/**
 * `text` with `value` as the member `key` of its outermost object. A member that is not there is
 * added at the end. `text` must be valid JSON, an object.
 */
export function withMember(text: string, key: string, value: unknown): string {
  const found = membersOf(text).get(key);
  const written = `${JSON.stringify(key)}: ${formatJson(value, 1, JSON.stringify(key).length + 2)}`;
  if (found !== undefined) return text.slice(0, found.begin) + written + text.slice(found.end);
  const end = text.lastIndexOf("}");
  const before = text.slice(0, end).trimEnd();
  const comma = before.endsWith("{") ? "" : ",";
  return `${before}${comma}\n${indent}${written}\n${text.slice(end)}`;
}

/** Where the members of the outermost object are: from the key to the end of the value. */
function membersOf(text: string): Map<string, Member> {
  const members = new Map<string, Member>();
  let depth = 0;
  let key: string | undefined;
  let begin = 0;
  let end = 0;
  const finish = (): void => {
    if (key !== undefined) members.set(key, { begin, end });
    key = undefined;
  };
  for (const { 0: word, index } of text.matchAll(token)) {
    if (word === "}" || word === "]") depth -= 1;
    if (depth === 0 || (depth === 1 && word === ",")) finish();
    else if (word.trim() !== "") {
      if (depth === 1 && key === undefined) {
        key = JSON.parse(word) as string;
        begin = index;
      }
      end = index + word.length;
    }
    if (word === "{" || word === "[") depth += 1;
  }
  return members;
}

/**
 * JSON with two blanks for each level. A list or an object of plain values stands on one line if it
 * fits: as prettier writes lists, and short objects.
 * @param level of the line that it begins on
 * @param column how far that line is filled, without its indentation
 */
function formatJson(value: unknown, level: number, column: number): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const inner = indent.repeat(level + 1);
  const items = Object.entries(value).map(([name, item]: [string, unknown]) => {
    const prefix = Array.isArray(value) ? "" : `${JSON.stringify(name)}: `;
    return prefix + formatJson(item, level + 1, prefix.length);
  });
  if (Array.isArray(value)) {
    const line = `${open}${items.join(", ")}${close},`;
    const isPlain = value.every((item) => typeof item !== "object");
    if (isPlain && indent.length * level + column + line.length <= lineLengthMax + 1) {
      return line.slice(0, -1);
    }
  }
  if (items.length === 0) return `${open}${close}`;
  return `${open}\n${inner}${items.join(`,\n${inner}`)}\n${indent.repeat(level)}${close}`;
}
