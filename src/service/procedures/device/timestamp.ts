// GET /timestamp: Unix seconds (S-57). Some clients refuse to activate before it has answered.

import { nowSeconds } from "../../clock.js";
import type { Procedure } from "../../api/procedure.js";
import { textReply } from "../../http/reply.js";

export const timestamp: Procedure = {
  title: "timestamp",
  caller: "anyone",
  method: "GET",
  path: "/timestamp",
  handle: (context) => Promise.resolve(textReply(String(nowSeconds(context.clock)))),
};
