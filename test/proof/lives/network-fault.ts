// What the network, or the service, may do to the first answer to an activation. The service
// remembers what it has given out, whatever becomes of the answer.

import type { Bend, VirtualAnswer } from "../../support/virtual-service.js";
import type { Life } from "./life.js";

export interface NetworkFault {
  readonly name: string;
  /** The service has given a key out, and the device may never get it. */
  readonly losesKey: boolean;
  bend(life: Life, answer: VirtualAnswer): ReturnType<Bend>;
}

/** Longer than the device waits for a byte. */
const lateMs = 30_000;
const headBytesAtLeast = 60;

const faults: readonly NetworkFault[] = [
  { name: "none", losesKey: false, bend: (_life, answer) => answer },
  { name: "answer-lost", losesKey: true, bend: () => undefined },
  { name: "twice", losesKey: false, bend: (_life, answer) => sendTwice(answer) },
  { name: "late", losesKey: true, bend: (life, answer) => sendLate(life, answer, lateMs) },
  { name: "slow", losesKey: false, bend: (life, answer) => sendLate(life, answer, 15_000) },
  {
    name: "reset",
    losesKey: true,
    bend: () => (socket) => {
      socket.reset();
    },
  },
  {
    name: "ended",
    losesKey: true,
    bend: () => (socket) => {
      socket.end();
    },
  },
  {
    name: "bad-gateway",
    losesKey: true,
    bend: () => ({ status: 502, fields: [], body: new Uint8Array(0) }),
  },
  {
    name: "portal",
    losesKey: true,
    bend: () => ({
      status: 200,
      fields: [["Content-Type", "text/html"]],
      body: Buffer.from("<html><body>Please log in</body></html>"),
    }),
  },
  { name: "closed-after", losesKey: false, bend: (_life, answer) => ({ ...answer, close: true }) },
];

/** All of the above, and the request lost, and the answer broken off after each of its bytes. */
export function allFaults(answerBytes: number): NetworkFault[] {
  const broken = Array.from({ length: answerBytes }, (_, bytes) => brokenOff(bytes));
  return [...faults, requestLost, ...broken];
}

/** Those that are combined with cuts. */
export function cutFaults(): NetworkFault[] {
  return [...faults, requestLost, brokenOff(headBytesAtLeast), brokenOff(headBytesAtLeast + 60)];
}

/** Throws on a name that is none. */
export function faultOf(name: string): NetworkFault {
  const bytes = /^broken-(\d+)$/.exec(name)?.[1];
  if (bytes !== undefined) return brokenOff(Number(bytes));
  const fault = [...faults, requestLost].find((one) => one.name === name);
  if (fault === undefined) throw new Error(`no fault of the network is called "${name}"`);
  return fault;
}

/** Lets it happen to the first answer to an activation. */
export function bendActivation(life: Life, fault: NetworkFault): void {
  let isFirst = true;
  const before = life.service.memory;
  life.service.bend = (request, answer) => {
    if (!isFirst || request.path !== "/provision/activate") return answer;
    isFirst = false;
    life.mishaps += 1;
    if (fault === requestLost) life.service.recall(before);
    else if (fault.losesKey) life.isAnswerLost = true;
    return fault.bend(life, answer);
  };
}

const requestLost: NetworkFault = {
  name: "request-lost",
  losesKey: false,
  bend: () => undefined,
};

function brokenOff(bytes: number): NetworkFault {
  return {
    name: `broken-${bytes}`,
    losesKey: true,
    bend: (_life, answer) => (socket) => {
      socket.send(bytesOf(answer).subarray(0, bytes));
      socket.reset();
    },
  };
}

function sendTwice(answer: VirtualAnswer): ReturnType<Bend> {
  return (socket) => {
    socket.send(bytesOf(answer));
    socket.send(bytesOf(answer));
  };
}

function sendLate(life: Life, answer: VirtualAnswer, delayMs: number): ReturnType<Bend> {
  return (socket) => {
    life.time.schedule(() => {
      socket.send(bytesOf(answer));
    }, delayMs);
  };
}

/** The answer on the wire. */
function bytesOf({ status, fields, body }: VirtualAnswer): Uint8Array {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const head = `HTTP/1.1 ${status} Answer\r\nContent-Length: ${body.length}\r\n${lines}\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}
