// The two calls with which a device writes and reads its own values, under the path of today and
// the one of before 2013 (S-59). No more than procedures 69 and 70 need (S-58).

import { encodeForm, type FormPair } from "../../../protocol/form.js";
import type { Context } from "../../api/context.js";
import { nowSeconds } from "../../clock.js";
import { Refusal } from "../../errors.js";
import type { Fields } from "../../http/fields.js";
import { aliasesMax, valueBytesMax } from "../../limits.js";
import { procedure, type Procedure } from "../../api/procedure.js";
import { noContent, type Reply } from "../../http/reply.js";
import { asName, asText } from "../../api/texts.js";

const paths = ["/onep:v1/stack/alias", "/api:v1/stack/alias"];

/** The form's keys are the aliases to write; a query's keys are aliases to read at once. */
function writeData(path: string): Procedure {
  const place = { title: "write data", caller: "client-cik", method: "POST", path } as const;
  return procedure(place, {
    async handle(context, { form, query }, { rid }) {
      const pairs = form.pairs.map(([alias, value]): FormPair => [
        asName(alias),
        asText(value, valueBytesMax),
      ]);
      if (pairs.length === 0) throw new Refusal("missing-key");
      if (pairs.length > aliasesMax) throw new Refusal("too-many-aliases");
      const asked = askedAliases(query);
      const write = { clientRid: rid, at: nowSeconds(context.clock), values: new Map(pairs) };
      if (!(await context.points.write(write))) throw new Refusal("too-many-aliases");
      return latestValues(context, rid, asked);
    },
  });
}

/** The query's keys are the aliases. */
function readData(path: string): Procedure {
  const place = { title: "read data", caller: "client-cik", method: "GET", path } as const;
  return procedure(place, {
    handle(context, { query }, { rid }) {
      const asked = askedAliases(query);
      if (asked.length === 0) throw new Refusal("missing-key");
      return latestValues(context, rid, asked);
    },
  });
}

/** Each once, however often it is asked for. */
function askedAliases({ pairs }: Fields): string[] {
  const aliases = [...new Set(pairs.map(([alias]) => asName(alias)))];
  if (aliases.length > aliasesMax) throw new Refusal("too-many-aliases");
  return aliases;
}

/**
 * The latest values as a form; those there are none of are left out, 204 if that is all. It says no
 * Content-Type: after Content-Length the readers of the time expect the end of the head.
 */
async function latestValues(
  context: Context,
  rid: string,
  aliases: readonly string[],
): Promise<Reply> {
  const values: FormPair[] = [];
  for (const alias of aliases) {
    const value = await context.points.latest(rid, alias);
    if (value !== undefined) values.push([alias, value]);
  }
  if (values.length === 0) return noContent;
  return { status: 200, body: Buffer.from(encodeForm(values)) };
}

export const dataProcedures: readonly Procedure[] = paths.flatMap((path) => [
  writeData(path),
  readData(path),
]);
