// GET /healthz: whether the service can answer, its database included; 500 if not.

import { sql } from "kysely";
import type { Procedure } from "../../api/procedure.js";
import { textReply } from "../../http/reply.js";

export const health: Procedure = {
  title: "health",
  caller: "anyone",
  method: "GET",
  path: "/healthz",
  async handle(context) {
    await sql`select 1`.execute(context.database);
    return textReply("ok");
  },
};
