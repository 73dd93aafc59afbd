// The requests a device makes (procedures 64 to 67), from its identity and key.

import type { HttpRequest } from "../http/request-writer.js";
import { formatRange } from "../protocol/byte-range.js";
import { encodeForm } from "../protocol/form.js";
import {
  activateTarget,
  blobTarget,
  cikHeader,
  downloadListTarget,
  formContentType,
  infoTarget,
} from "../protocol/paths.js";
import type { Identity } from "./identity.js";
import type { ByteSpan } from "./update/range-plan.js";

/** Without it any content coding would be acceptable (RFC 9110 section 12.5.3). */
const identityCoding = Object.freeze(["Accept-Encoding", "identity"] as const);

/** Procedure 64. */
export function activateRequest(identity: Identity): HttpRequest {
  const { vendor, model, serial } = identity;
  const body = encodeForm([
    ["vendor", vendor],
    ["model", model],
    ["sn", serial],
  ]);
  return {
    method: "POST",
    target: activateTarget,
    host: hostField(identity),
    fields: [["Content-Type", formContentType], identityCoding],
    body,
  };
}

/** Procedure 65. */
export function listRequest(identity: Identity, cik: string): HttpRequest {
  return get(identity, cik, downloadListTarget(identity.vendor, identity.model));
}

/** Procedure 67. */
export function infoRequest(identity: Identity, cik: string, id: string): HttpRequest {
  return get(identity, cik, infoTarget(identity.vendor, identity.model, id));
}

/** Procedure 66, for any range of one content: what is the same in all of them is made once. */
export function rangeRequests(
  identity: Identity,
  cik: string,
  id: string,
): (span: ByteSpan) => HttpRequest {
  const request = get(identity, cik, blobTarget(identity.vendor, identity.model, id));
  return ({ first, last }) => ({
    ...request,
    fields: [...request.fields, ["Range", formatRange(first, last)]],
  });
}

function get(identity: Identity, cik: string, target: string): HttpRequest {
  return {
    method: "GET",
    target,
    host: hostField(identity),
    fields: [[cikHeader, cik], identityCoding],
  };
}

function hostField({ host, port }: Identity): string {
  return port === 80 ? host : `${host}:${port}`;
}
