// Name resolution: host name to IPv4 address.

/**
 * Calls `onResolved` once, later, with a dotted decimal address, or undefined if the name has none.
 * An address in dotted decimal resolves to itself.
 */
export type Resolve = (host: string, onResolved: (address: string | undefined) => void) => void;
