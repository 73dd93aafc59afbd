// Ranged reads over keep-alive connections, by wrk: each request for another chunk of the content,
// in an order that is the same in each run.

import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

export interface RangeLoad {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly contentBytes: number;
  readonly chunkBytes: number;
  readonly connections: number;
  readonly seconds: number;
}

/** Replies per second. `folder`: for wrk's script. Throws if any reply was not a 206. */
export async function measureRanges(folder: string, load: RangeLoad): Promise<number> {
  const script = join(folder, "ranges.lua");
  writeFileSync(script, wrkScript(load));
  const { connections, seconds, url } = load;
  const words = ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, url];
  const { stdout } = await promisify(execFile)("wrk", words);
  return repliesPerSecond(stdout);
}

function repliesPerSecond(stdout: string): number {
  const counts = /^replies (\d+) others (\d+) microseconds (\d+)$/m.exec(stdout);
  if (counts === null) throw new Error(`wrk says what is not understood:\n${stdout}`);
  const [, replies = "0", others = "0", microseconds = "1"] = counts;
  if (others !== "0") throw new Error(`${others} of ${replies} replies were no 206`);
  return (Number(replies) / Number(microseconds)) * 1e6;
}

function wrkScript({ headers, contentBytes, chunkBytes }: RangeLoad): string {
  const fields = Object.entries(headers).map(([name, value]) => `["${name}"] = "${value}"`);
  return `
local chunks, at = ${String(contentBytes / chunkBytes)}, 0
others = 0
local fields = { ${fields.join(", ")} }
function setup(thread) worker = thread end
function request()
  at = (at * 1103515245 + 12345) % 2147483648
  local first = (at % chunks) * ${chunkBytes}
  fields["Range"] = "bytes=" .. first .. "-" .. (first + ${chunkBytes - 1})
  return wrk.format("GET", nil, fields)
end
function response(status, headers, body)
  if status ~= 206 or #body ~= ${chunkBytes} then others = others + 1 end
end
function done(summary)
  io.write(string.format("replies %d others %d microseconds %d\\n",
    summary.requests, worker:get("others"), summary.duration))
end
`;
}
