// The bounds of HTTP on the device. It has tens of kilobytes: a head is read line by line into one
// fixed buffer.

/** A whole response head. Node allows 16 KiB, nginx 8; the service sends about 200 bytes. */
export const headBytesMax = 2048;
/** One line of a head, and one chunk-size line with its extensions. */
export const headerLineBytesMax = 512;
export const headerFieldsMax = 32;
/** 1xx responses before one final response: a storm of them must end. */
export const interimResponsesMax = 8;
/** Trailer section of a chunked body, all of it. */
export const trailerBytesMax = 1024;
/** A request as the agent writes it, head and body: path, identity and CIK fit three times over. */
export const requestBytesMax = 1024;
