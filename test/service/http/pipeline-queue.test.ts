import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pipeline, type Exchange } from "../../../src/service/http/pipeline.js";
import { serviceLimits } from "../../../src/service/limits.js";
import { RawClient, splitReplies, startDate } from "../harness.js";

describe("the queue of a connection", () => {
  it("is not fed while many requests wait, and loses none of them", async () => {
    const count = 20_000;
    let accepted = 0;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const pipelines: Pipeline[] = [];
    const server = createServer();
    server.on("connection", (socket) => {
      const options = {
        limits: serviceLimits,
        requestsMax: 0,
        endpoints: socket,
        onKey: () => undefined,
        date: () => startDate,
        answer: async ({ response }: Exchange): Promise<void> => {
          await released;
          await new Promise<void>((resolve) => response.once("close", resolve).end());
        },
      };
      pipelines.push(new Pipeline(socket, options));
    });
    server.on("request", (incoming, response) => {
      accepted++;
      response.setHeader("Content-Length", 0);
      pipelines[0]?.accept(incoming, response);
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    try {
      const client = await RawClient.open((server.address() as AddressInfo).port);
      client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n".repeat(count));
      client.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
      await new Promise((resolve) => setTimeout(resolve, 200));
      // One buffer of the socket holds that many; it is parsed whole.
      assert.ok(accepted > 0 && accepted <= 3000, `took in ${accepted} requests`);
      release();
      assert.equal(splitReplies(await client.untilClosed()).length, count + 1);
    } finally {
      server.close();
    }
  });
});
