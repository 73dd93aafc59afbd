// Procedure 69: the points that a token lets anyone read, as a script that calls a function with
// them (S-58). Aliases in the order of the registration, points ascending in time.
//
//     cb({"result":{"t":{"data":[[1400000000,21.5],[1400000001,"on"]]}}});

import { parseDecimal } from "../../../protocol/decimal.js";
import { nowSeconds } from "../../clock.js";
import { Refusal } from "../../errors.js";
import type { Fields } from "../../http/fields.js";
import { isIdentifier } from "../../stores/identifier.js";
import { viewBytesMax } from "../../limits.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { textReply } from "../../http/reply.js";

export const readView = procedure(procedures.readView, {
  async handle(context, { query }) {
    const token = query.get("token") ?? "";
    const view = isIdentifier(token)
      ? await context.dataViews.find(token, nowSeconds(context.clock))
      : undefined;
    if (view === undefined) throw new Refusal("unauthorised");
    const callback = callbackOf(query);
    const { clientRid, aliases, startAt, endAt, pointsMax: limit } = view;
    const offset = pageNumber(query) * limit;
    const results: string[] = [];
    let length = 0;
    for (const alias of aliases) {
      const window = { clientRid, alias, startAt, endAt, offset, limit };
      const points = await context.points.window(window);
      const data = points.map(({ at, value }) => `[${at},${scriptValue(value)}]`);
      const result = `${scriptString(alias)}:{"data":[${data.join(",")}]}`;
      length += result.length;
      if (length > viewBytesMax) throw new Refusal("view-too-large");
      results.push(result);
    }
    return textReply(`${callback}({"result":{${results.join(",")}}});`);
  },
});

/** The name of a function, or refuses the request: anything else would be run. */
function callbackOf(query: Fields): string {
  if (!query.list("show").includes("data")) throw new Refusal("missing-key");
  const callback = query.need("callback");
  if (!/^[A-Za-z_$][\w$.]{0,63}$/.test(callback)) throw new Refusal("malformed-key");
  return callback;
}

function pageNumber(query: Fields): number {
  const page = parseDecimal(query.get("p") ?? "0");
  if (page === undefined || page > 0xffff_ffff) throw new Refusal("malformed-key");
  return page;
}

/** A number as itself if that is how numbers are written, else as a string. */
function scriptValue(value: string): string {
  return /^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) ? value : scriptString(value);
}

/** As JSON, but for two characters that older engines take for line ends. */
function scriptString(text: string): string {
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (character) =>
    character === "\u2028" ? "\\u2028" : "\\u2029",
  );
}
