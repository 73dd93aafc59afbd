// Procedure 68: the address and port that the request came to, or those that the service was told
// to tell (S-56). Some devices store them and connect there the next time.
//
//     192.168.0.1, port 300    192,168,0,1,1,44

import { isIPv4 } from "node:net";
import { Refusal } from "../../errors.js";
import { procedure } from "../../api/procedure.js";
import { procedures } from "../../../protocol/procedures.js";
import { textReply } from "../../http/reply.js";

export const serverAddress = procedure(procedures.serverAddress, {
  handle(context, request) {
    const { address, port } = context.advertised ?? request.local;
    if (!isIPv4(address)) throw new Refusal("no-ipv4");
    return Promise.resolve(textReply([...address.split("."), port >> 8, port & 255].join(",")));
  },
});
