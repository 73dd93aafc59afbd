// TCP client socket, in the shape of ECMA-419's TCP class, cut down to what every host can offer.
//
// What a host may do, and the agent must accept: end of stream and reset look alike (`onError`); a
// callback that was already on its way may arrive after `close`; a `write` larger than the count
// last announced throws and sends nothing. A callback that throws restarts the chip.

/** Where to connect to, and whom to tell. */
export interface TCPOptions {
  /** IPv4 address in dotted decimal. Host names go through `Resolve` first. */
  readonly address: string;
  /** The name that led to the address, for a host that holds the peer to it (TLS). */
  readonly host?: string;
  /** TCP port, 1 to 65535. */
  readonly port: number;
  /** `byteLength` bytes are unread in all. Called again only when more have arrived. */
  readonly onReadable: (byteLength: number) => void;
  /** `byteLength` bytes in all may be written now. The first call means: connected. */
  readonly onWritable: (byteLength: number) => void;
  /**
   * The connection was refused, reset or ended. Unread bytes have been delivered before. `reason`
   * says in words why no connection was tried, if none was.
   */
  readonly onError: (reason?: string) => void;
}

/** One connection. */
export interface TCP {
  /**
   * Fills `buffer` with received bytes and returns how many were written to it.
   * The caller asks for no more than is unread: a larger `buffer` throws.
   */
  read(buffer: Uint8Array): number;
  /** Sends all of `buffer` (copied before return) or throws and sends none of it. */
  write(buffer: Uint8Array): void;
  /** Ends the connection. May be called twice. Afterwards every other method throws. */
  close(): void;
}

/** Starts to connect. No callback is called before this returns. Throws on a bad address. */
export type Connect = (options: TCPOptions) => TCP;
