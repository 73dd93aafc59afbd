// The Content-Types that service and tools agree on. No chip links them: the one that a device
// sends, `formContentType`, is in paths.ts.

export const csvContentType = "text/csv; charset=utf-8";
export const textContentType = "text/plain; charset=utf-8";
/** What the API's documents call JSON. */
export const scriptContentType = "application/javascript; charset=utf-8";
/** Of the remote procedures. */
export const jsonContentType = "application/json; charset=utf-8";
/** Of a content whose upload named no type. */
export const blobContentType = "application/octet-stream";
