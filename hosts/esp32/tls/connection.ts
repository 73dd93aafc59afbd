// The TCP port over TLS 1.2: the SDK's session on the SDK's socket.
//
// The session leaves three things to its caller, which are done here:
// - a close during the handshake ends it like a success, and what is written then goes out in the
//   clear: nothing is written unless the server is trusted and the handshake has ended well;
// - faults in the peer's bytes are thrown out of callbacks, which restarts the chip: here they end
//   the connection;
// - a record is larger than its content: the socket's announced room must hold the whole record.

import Socket from "embedded:io/socket/tcp";
import Session, { type Line } from "ssl/session";
import Timer from "timer";
import type { Log } from "../../../src/ports/log.js";
import type { TCP, TCPOptions } from "../../../src/ports/tcp.js";
import type { CertificateOptions } from "./certificates.js";

export interface Trust {
  /** DER. */
  readonly certificate: CertificateOptions["certificate"];
  /** What the server's certificate must name, if not the host that the agent connects to. */
  readonly serverName: string | undefined;
}

/** TLS 1.2 (RFC 5246). */
const protocolVersion = 0x303;
/** Bytes that a record has beside its content: header, IV, MAC or tag, padding. */
const recordOverheadBytes = 96;

export class SecureConnection implements TCP {
  readonly #options: TCPOptions;
  readonly #log: Log;
  readonly #session: Session;
  #socket: Socket | undefined;
  readonly #line: Line;
  #unread: Uint8Array | undefined;
  #isBelieved = false;
  #isOpen = false;
  /** A callback of the agent is running: what it throws is not the peer's fault. */
  #isTelling = false;

  constructor(options: TCPOptions, trust: Trust, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#session = new Session({
      serverName: trust.serverName ?? options.host,
      certificate: trust.certificate,
      onBelieved: () => {
        this.#isBelieved = true;
      },
      // A resumed session shows no certificate.
      cache: false,
      protocolVersion,
    });
    this.#session.initiateHandshake();
    this.#line = {
      readable: 0,
      writable: 0,
      read: (buffer) => {
        this.#socket?.read(buffer);
      },
      write: (packet) => {
        this.#socket?.write(packet instanceof Uint8Array ? packet : new Uint8Array(packet));
        // The session takes off what it writes in the handshake, and takes this for later.
        return this.#isOpen ? this.#line.writable - packet.byteLength : this.#line.writable;
      },
    };
    this.#connect();
  }

  read(buffer: Uint8Array): number {
    const unread = this.#unread;
    if (unread === undefined || buffer.length > unread.length)
      throw new Error("not as much unread");
    buffer.set(buffer.length === unread.length ? unread : unread.subarray(0, buffer.length));
    const rest = unread.subarray(buffer.length);
    this.#unread = rest.length === 0 ? undefined : rest;
    return buffer.length;
  }

  write(buffer: Uint8Array): void {
    if (!this.#isOpen || this.#socket === undefined) throw new Error("not connected");
    if (buffer.length + recordOverheadBytes > this.#line.writable) throw new Error("would block");
    this.#session.write(this.#line, buffer);
  }

  close(): void {
    if (this.#socket === undefined) return;
    try {
      if (this.#isOpen) this.#session.close(this.#line);
    } catch {
      // There is no room for it, or the peer is gone.
    }
    this.#end();
  }

  #connect(): void {
    const { address, port, onError } = this.#options;
    try {
      this.#socket = new Socket({
        address,
        port,
        nodelay: true,
        onReadable: (byteLength) => {
          this.#line.readable = byteLength;
          this.#advance();
        },
        onWritable: (byteLength) => {
          this.#line.writable = byteLength;
          if (this.#isOpen) this.#announce();
          else this.#advance();
        },
        onError: () => {
          this.#fail(this.#isOpen ? undefined : "the connection ended in the handshake");
        },
      });
    } catch (error) {
      if (error instanceof Error && error.message === "invalid address") throw error;
      Timer.set(() => {
        onError();
      });
    }
  }

  #advance(): void {
    try {
      if (!this.#isOpen) this.#shakeHands();
      if (this.#isOpen) this.#receive();
    } catch (error) {
      if (this.#isTelling) throw error;
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  /** As many steps as the received bytes allow. */
  #shakeHands(): void {
    let before: number;
    let readable: number;
    do {
      before = this.#session.handshakeProcess;
      ({ readable } = this.#line);
      if (this.#session.handshake(this.#line)) {
        if (this.#session.alert !== undefined) throw new Error("closed in the handshake");
        if (!this.#isBelieved) throw new Error("no certificate");
        this.#isOpen = true;
        this.#announce();
        return;
      }
    } while (this.#session.handshakeProcess !== before || this.#line.readable !== readable);
  }

  #announce(): void {
    const room = this.#line.writable - recordOverheadBytes;
    if (room > 0) {
      this.#tell(() => {
        this.#options.onWritable(room);
      });
    }
  }

  #receive(): void {
    while (this.#socket !== undefined && this.#line.readable > 0) {
      const content = this.#session.read(this.#line);
      if (content === undefined) return;
      if (content === null) {
        this.#fail(undefined);
        return;
      }
      if (content.length > 0) this.#deliver(content);
    }
  }

  #deliver(content: Uint8Array): void {
    const before = this.#unread;
    if (before === undefined) this.#unread = content;
    else {
      this.#unread = new Uint8Array(before.length + content.length);
      this.#unread.set(before);
      this.#unread.set(content, before.length);
    }
    const { length } = this.#unread;
    this.#tell(() => {
      this.#options.onReadable(length);
    });
  }

  #tell(news: () => void): void {
    this.#isTelling = true;
    news();
    this.#isTelling = false;
  }

  #fail(reason: string | undefined): void {
    if (this.#socket === undefined) return;
    this.#end();
    if (reason !== undefined) this.#log(`TLS: ${reason}`);
    this.#options.onError();
  }

  #end(): void {
    this.#isOpen = false;
    this.#unread = undefined;
    this.#socket?.close();
    this.#socket = undefined;
  }
}
