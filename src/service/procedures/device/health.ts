// GET /healthz: whether the service can answer, its database included; 500 if not.

import { sql } from "kysely";
import { procedure } from "../../api/procedure.js";
import { textReply } from "../../http/reply.js";

const place = { title: "health", caller: "anyone", method: "GET", path: "/healthz" } as const;

export const health = procedure(place, {
  async handle(context) {
    await sql`select 1`.execute(context.database);
    return textReply("ok");
  },
});
