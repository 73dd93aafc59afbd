// TCP sockets and listeners of the C host against Node's own: windows, ends and errors as the
// ESP32's have them.

import { strict as assert } from "node:assert";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

import { EngineRig, type Outcome, type RunOptions } from "./engine-rig.js";

const window = 5744;

describe("the C host, TCP", () => {
  let rig: EngineRig;
  let server: Server | undefined;

  before(async function () {
    rig = await EngineRig.open(this);
  });

  after(() => {
    rig.close();
  });

  afterEach(() => {
    server?.close();
    server = undefined;
  });

  /** Starts a server; returns its port. */
  async function serve(onConnection: (socket: Socket) => void): Promise<number> {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on("error", () => undefined);
      onConnection(socket);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  }

  /** Runs a program that finds TCP, Timer, `address` and `port` in its scope. */
  function run(port: number, program: string, options?: RunOptions): Promise<Outcome> {
    return rig.run(
      `import TCP from "embedded:io/socket/tcp"; import Timer from "timer";
       const address = "127.0.0.1", port = ${port};
       const bytes = (text) => ArrayBuffer.fromString(text);
       const text = (buffer) => buffer && String.fromArrayBuffer(buffer);
       ${program}`,
      options,
    );
  }

  async function traces(port: number, program: string, options?: RunOptions): Promise<string> {
    const { code, stdout, stderr } = await run(port, program, options);
    assert.equal(code, 0, stderr);
    return stdout;
  }

  it("connects, tells how much can be written, sends, and receives", async () => {
    const port = await serve((socket) =>
      socket.on("data", (data) => socket.end(`got ${data.toString()}`)),
    );
    const program = `
      const socket = new TCP({ address, port,
        onWritable(n) { trace("w", n, " "); if (!this.sent) { this.sent = true;
          trace("left", this.write(bytes("hello")), " ") } },
        onReadable(n) { trace("r", n, " ", text(this.read()), " ") },
        onError() { trace("end"); this.close() } });
      trace(socket.remoteAddress, ":", socket.remotePort === port, " ");`;
    const start = `127.0.0.1:true w${window} left${window - 5} w${window} `;
    assert.equal(await traces(port, program), `${start}r9 got hello end`);
  });

  it("reads so many bytes, into a buffer, or into a view", async () => {
    const port = await serve((socket) => socket.end("abcdefgh"));
    const program = `
      new TCP({ address, port, onReadable() {
        trace(text(this.read(2)), " ");
        const whole = new ArrayBuffer(3); trace(this.read(whole), text(whole), " ");
        const view = new Uint8Array(4); trace(this.read(view.subarray(1, 3)), view.join(""), " ");
        for (const wrong of [2, 9, new ArrayBuffer(2), -1, NaN]) {
          try { this.read(wrong); trace("no") } catch { trace("threw ") }
        }
        trace(text(this.read()), this.read(), this.read(5), this.read(whole));
        this.close();
      } });`;
    const end = "hundefinedundefinedundefined";
    assert.equal(await traces(port, program), `ab 3cde 201021030 ${"threw ".repeat(5)}${end}`);
  });

  it("holds no more than a window of unread bytes and leaves the rest to the peer", async () => {
    let taken = 0;
    const port = await serve((socket) => {
      const chunk = Buffer.alloc(65_536);
      const feed = (): void => {
        while (socket.write(chunk));
      };
      socket.on("drain", feed);
      feed();
      setTimeout(() => {
        taken = socket.bytesWritten - socket.writableLength;
        socket.resetAndDestroy();
      }, 300);
    });
    const program = `new TCP({ address, port, onReadable(n) { if (n === ${window}) trace("full ") } });`;
    assert.equal(await traces(port, program), "full ");
    assert.ok(taken < 4_000_000, `the kernel took ${taken} bytes`);
  });

  it("announces only what is new, and all that is unread", async () => {
    const port = await serve((socket) => {
      socket.write("one");
      setTimeout(() => socket.end("two"), 50);
    });
    const program = `new TCP({ address, port, onReadable(n) { trace(n, " ") } });`;
    assert.equal(await traces(port, program), "3 6 ");
  });

  it("delivers all of a long stream in order through a small window", async () => {
    const all = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251));
    const port = await serve((socket) => socket.end(all));
    const program = `
      let at = 0, good = true;
      new TCP({ address, port,
        onReadable(n) {
          const read = new Uint8Array(Math.min(n, 700));
          for (; n > 0; n -= read.length) {
            const part = n < read.length ? read.subarray(0, n) : read;
            this.read(part);
            for (let i = 0; i < part.length; i++) good &&= part[i] === at++ % 251;
          }
        },
        onError() { trace(at, good) } });`;
    assert.equal(await traces(port, program, { arguments: ["--window", "1000"] }), "100000true");
  });

  it("refuses a write larger than its room and sends nothing of it", async () => {
    let received = "";
    const port = await serve((socket) => {
      socket.on("data", (data) => (received += data.toString()));
      socket.on("end", () => socket.end());
    });
    const program = `
      new TCP({ address, port, onWritable() {
        try { this.write(new ArrayBuffer(${window + 1})); trace("no") } catch { trace("threw ") }
        trace(this.write(bytes("ab")), " ");
        try { this.write(new ArrayBuffer(${window - 1})); trace("no") } catch { trace("threw") }
        this.close();
      } });`;
    assert.equal(await traces(port, program), `threw ${window - 2} threw`);
    await sleep(20);
    assert.equal(received, "ab");
  });

  it("sends what was written before close, to a peer that is slow to read", async () => {
    let received = 0;
    const port = await serve((socket) => {
      socket.pause();
      setTimeout(() => socket.resume(), 100);
      socket.on("data", (data) => (received += data.length));
      socket.on("end", () => socket.end());
    });
    const program = `
      let rounds = 0;
      new TCP({ address, port, onWritable(n) {
        this.write(new Uint8Array(n)); if (++rounds === 40) { trace(rounds); this.close() } } });`;
    assert.equal(await traces(port, program), "40");
    await sleep(20);
    assert.equal(received, 40 * window);
  });

  it("tells of a refused connection by onError alone, once", async () => {
    const port = await serve(() => undefined);
    server?.close();
    const all = `onReadable() { trace("r") }, onWritable() { trace("w") }`;
    const program = `new TCP({ address, port, ${all}, onError() { trace("error") } });`;
    assert.equal(await traces(port, program), "error");
  });

  it("tells of a reset by onError", async () => {
    const port = await serve((socket) => setTimeout(() => socket.resetAndDestroy(), 20));
    const program = `new TCP({ address, port, onError() { trace("error"); this.close() } });`;
    assert.equal(await traces(port, program), "error");
  });

  it("tells of the end after the last unread byte was read, not before", async () => {
    const port = await serve((socket) => socket.end("last words"));
    const program = `
      const socket = new TCP({ address, port, onError() { trace("end") } });
      Timer.set(() => { trace(text(socket.read(4)), " ") }, 40);
      Timer.set(() => { trace(text(socket.read()), " "); trace("not inside read ") }, 60);`;
    assert.equal(await traces(port, program), "last  words not inside read end");
  });

  it("refuses to write after the peer's end, and before the connection", async () => {
    const port = await serve((socket) => socket.end());
    const program = `
      const socket = new TCP({ address, port, onError() {
        try { this.write(bytes("x")); trace("no") } catch (error) { trace(error.message) } } });
      try { socket.write(bytes("x")); trace("no") } catch (error) { trace(error.message, " ") }`;
    assert.equal(await traces(port, program), "not ready not ready");
  });

  it("closes twice, throws afterwards, and calls back no more", async () => {
    const port = await serve((socket) => socket.end("data"));
    const program = `
      const socket = new TCP({ address, port,
        onReadable() { trace("no") }, onError() { trace("no") },
        onWritable() {
          this.close(); this.close();
          for (const use of ["read", "write"]) try { this[use]() } catch { trace("threw ") }
          try { this.remotePort } catch { trace("threw") }
        } });`;
    assert.equal(await traces(port, program), "threw threw threw");
  });

  it("never calls back from inside the constructor or a method", async () => {
    const port = await serve((socket) => socket.on("data", () => socket.end("x")));
    const program = `
      let inside = true;
      new TCP({ address, port,
        onWritable() { if (inside) trace("no"); inside = true; this.write(bytes("x")); inside = false },
        onReadable() { if (inside) trace("no"); inside = true; this.read(); inside = false },
        onError() { trace(inside ? "no" : "fine") } });
      inside = false;`;
    assert.equal(
      await traces(port, program.replace("this.write", "if (!this.n) this.n = this.write")),
      "fine",
    );
  });

  it("refuses a host name, a bad port, and what is no callback", async () => {
    const wrong = ['address: "localhost", port', "port", "address", "address, port: 65536"];
    for (const options of [...wrong, "address, port, onError: 1"]) {
      const { code } = await run(1, `new TCP({ ${options} });`);
      assert.equal(code, 13, options);
    }
    const message = 'try { new TCP({ address: "a.b", port }) } catch (e) { trace(e.message) }';
    assert.equal(await traces(1, message), "invalid address");
  });

  it("survives a peer that is gone while it writes", async () => {
    const port = await serve((socket) => socket.once("data", () => socket.resetAndDestroy()));
    const program = `
      new TCP({ address, port,
        onWritable(n) { this.write(new Uint8Array(n)) }, onError() { trace("error") } });`;
    assert.equal(await traces(port, program), "error");
  });

  it("ends the program when a callback throws", async () => {
    const port = await serve((socket) => socket.end("x"));
    const { code } = await run(port, 'new TCP({ address, port, onReadable() { throw "x" } });');
    assert.equal(code, 13);
  });

  it("counts connections and bytes", async () => {
    const port = await serve((socket) => socket.on("data", () => socket.end("four")));
    const program = `new TCP({ address, port, onWritable() { if (!this.n) this.n = this.write(bytes("x")) },
      onReadable() { this.read() } });`;
    const { readCounters } = await import("../../../src/simulator/chip/counters.js");
    await traces(port, program, { arguments: ["--stats", rig.path("stats")] });
    const { connections, bytesRead, bytesWritten } = readCounters(rig.path("stats"));
    assert.deepEqual(
      { connections, bytesRead, bytesWritten },
      { connections: 1, bytesRead: 4, bytesWritten: 1 },
    );
  });

  it("listens, and lets a TCP take an accepted connection over", async () => {
    const program = `
      import Listener from "embedded:io/socket/listener";
      const listener = new Listener({ port: 0, address, onReadable(count) {
        const accepted = this.read();
        trace(count, this.read(), " ");
        new TCP({ from: accepted,
          onReadable() { this.write(this.read()) },
          onError() { trace("gone "); this.close(); if (++rounds === 2) listener.close() } });
        try { accepted.read(); trace("no") } catch { trace("taken ") }
      } });
      let rounds = 0;
      const call = (name, then) => new TCP({ address, port: listener.port,
        onWritable() { if (!this.n) this.n = this.write(bytes(name)) },
        onReadable() { trace("echo ", text(this.read()), " "); this.close(); then() } });
      call("one", () => call("two", () => {}));`;
    const round = (name: string): string => `1undefined taken echo ${name} gone `;
    const sorted = (trace: string): string => trace.split(" ").sort().join(" ");
    assert.equal(sorted(await traces(0, program)), sorted(round("one") + round("two")));
  });

  it("announces to the new owner what the accepted connection already has", async () => {
    const program = `
      import Listener from "embedded:io/socket/listener";
      const listener = new Listener({ port: 0, onReadable() {
        const accepted = this.read();
        Timer.set(() => new TCP({ from: accepted, onReadable(n) { trace(n, text(this.read())) } }), 30);
        this.close();
      } });
      new TCP({ address, port: listener.port, onWritable() { if (this.n) this.close();
        else { this.n = 1; this.write(bytes("early")) } } });`;
    assert.equal(await traces(0, program), "5early");
  });

  it("says that a port is taken", async () => {
    const port = await serve(() => undefined);
    const program = `import Listener from "embedded:io/socket/listener"; new Listener({ address, port });`;
    const { code, stderr } = await run(port, program);
    assert.equal(code, 13);
    assert.match(stderr, /cannot listen on port \d+: Address already in use/);
  });

  it("resolves names later, never at once", async () => {
    const program = `
      import Net from "net";
      for (const name of ["localhost", "10.1.2.3", "no-such-name.invalid", ""])
        Net.resolve(name, (name, address) => trace(name, "=", address, ";"));
      trace("now;");`;
    const parts = (await traces(0, program)).split(";");
    assert.equal(parts[0], "now");
    const found = ["10.1.2.3=10.1.2.3", "localhost=127.0.0.1"];
    const absent = ["=undefined", "no-such-name.invalid=undefined"];
    assert.deepEqual(parts.slice(1, -1).sort(), [...found, ...absent].sort());
  });
});
