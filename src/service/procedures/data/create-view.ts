// Procedure 70: a client lets whoever has the token read some of its points, until it expires
// (S-58).

import { parseDecimal } from "../../../protocol/decimal.js";
import { nowSeconds } from "../../clock.js";
import { Refusal } from "../../errors.js";
import { aliasesMax, pointsKept } from "../../limits.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { textReply } from "../../http/reply.js";
import { asName } from "../../api/texts.js";

export const createView = procedure(procedures.createView, {
  async handle(context, { form }, { rid }) {
    const now = nowSeconds(context.clock);
    const aliases = [...new Set(form.list("alias").map(asName))];
    if (aliases.length === 0) throw new Refusal("missing-key");
    if (!form.list("access").includes("data")) throw new Refusal("missing-key");
    // An early draft of the API misspelt it.
    const startAt = whole(form.get("starttime") ?? form.need("startime"));
    const endAt = whole(form.need("endtime"));
    const pointsMax = whole(form.need("limit"));
    const expiresAt = whole(form.need("expire"));
    const isSound =
      aliases.length <= aliasesMax &&
      startAt <= endAt &&
      pointsMax >= 1 &&
      pointsMax <= pointsKept &&
      expiresAt > now;
    if (!isSound) throw new Refusal("malformed-key");
    const view = { clientRid: rid, aliases, startAt, endAt, pointsMax, expiresAt };
    const token = await context.dataViews.create(view, now);
    if (token === undefined) throw new Refusal("too-many-views");
    return textReply(token);
  },
});

function whole(text: string): number {
  const value = parseDecimal(text);
  if (value === undefined) throw new Refusal("malformed-key");
  return value;
}
