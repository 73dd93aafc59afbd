// The 70 procedures of the API, each with the number, place and caller of the documents. The
// service routes by this table and a vendor's client sends by it. It is for hosts: no chip links
// it, and what a device needs of it is in paths.ts.
//
// Procedures share places: the query or the form tells which of them a request means.

import { activateTarget, downloadPath } from "./paths.js";

export type Method = "GET" | "POST" | "PUT" | "DELETE";

/** Whose key a procedure takes (S-14 to S-17). */
export type CallerKind =
  /** No key at all. */
  | "anyone"
  /** The CIK of a live client, with which a device shows itself. */
  | "device"
  /** A vendor's token or CIK. */
  | "vendor"
  /** A vendor's CIK; a token is not enough. */
  | "vendor-cik"
  /** The token or CIK of any live client. */
  | "client"
  /** The CIK of any live client. */
  | "client-cik";

/** Where a procedure is, and who may call it. */
export interface Place {
  /** Of the API's 70; undefined for what its documents do not list. */
  readonly number?: number;
  /** What it does, in a few words. */
  readonly title: string;
  readonly method: Method;
  /** Segments that begin with a colon stand for a name. A slash at the end counts. */
  readonly path: string;
  readonly caller: CallerKind;
}

/** The names that a path has: `"model" | "sn"` for `/provision/manage/model/:model/:sn`. */
export type NamesOf<Path extends string> = Path extends `${infer Segment}/${infer Rest}`
  ? NamesOf<Segment> | NamesOf<Rest>
  : Path extends `:${infer Name}`
    ? Name
    : never;

/** The path of a request: each name percent-encoded in its segment. Names are not checked here. */
export function fillPath<Path extends string>(
  path: Path,
  names: Readonly<Record<NamesOf<Path>, string>>,
): string {
  const values: Readonly<Record<string, string | undefined>> = names;
  const segments = path.split("/").map((segment) => {
    const value = segment.startsWith(":") ? values[segment.slice(1)] : undefined;
    return value === undefined ? segment : encodeURIComponent(value);
  });
  return segments.join("/");
}

const contents = "/provision/manage/content/:model/";
const content = "/provision/manage/content/:model/:content";
const groups = "/provision/manage/group/:model/";
const group = "/provision/manage/group/:model/:group";
const members = "/provision/manage/group/:model/:group/";
const models = "/provision/manage/model/";
const model = "/provision/manage/model/:model";
const serials = "/provision/manage/model/:model/";
const serial = "/provision/manage/model/:model/:sn";
const shares = "/provision/manage/share/:model/";
const share = "/provision/manage/share/:model/:vendor";
const registration = "/provision/register";
const tokens = "/provision/admin/auth/";
const token = "/provision/admin/auth/:token";

export const procedures = {
  listContents: at(1, "GET", contents, "vendor", "list contents"),
  listSerialContents: at(2, "GET", contents, "vendor", "list contents of serial"),
  createContent: at(3, "POST", contents, "vendor", "create content"),
  deleteContentEntry: at(4, "POST", contents, "vendor", "delete content entry"),
  contentInfo: at(5, "GET", content, "vendor", "content info"),
  readContent: at(6, "GET", content, "vendor", "read content"),
  serialContentInfo: at(7, "GET", content, "vendor", "content info for serial"),
  readSerialContent: at(8, "GET", content, "vendor", "read content for serial"),
  listContentGroups: at(9, "GET", content, "vendor", "list groups of content"),
  uploadContent: at(10, "POST", content, "vendor", "upload content"),
  deleteContent: at(11, "DELETE", content, "vendor", "delete content"),
  listGroups: at(12, "GET", groups, "vendor", "list groups"),
  createGroup: at(13, "POST", groups, "vendor", "create group"),
  deleteGroupEntry: at(14, "POST", groups, "vendor", "delete group entry"),
  groupInfo: at(15, "GET", group, "vendor", "group info"),
  listGroupGroups: at(16, "GET", group, "vendor", "list groups of group"),
  deleteGroup: at(17, "DELETE", group, "vendor", "delete group"),
  listMembers: at(18, "GET", members, "vendor", "list members"),
  listMembersOfType: at(19, "GET", members, "vendor", "list members of a type"),
  listMembersOfId: at(20, "GET", members, "vendor", "list members of an id"),
  showMember: at(21, "GET", members, "vendor", "show member"),
  addSimilarMembers: at(22, "POST", members, "vendor", "add similar members"),
  addMembers: at(23, "POST", members, "vendor", "add members as CSV"),
  deleteSimilarMembers: at(24, "POST", members, "vendor", "delete similar members"),
  deleteMembers: at(25, "DELETE", members, "vendor", "delete members as CSV"),
  listModels: at(26, "GET", models, "vendor", "list models"),
  listSharedModels: at(27, "GET", models, "vendor", "list shared models"),
  createModel: at(28, "POST", models, "vendor", "create model"),
  deleteModelEntry: at(29, "POST", models, "vendor", "delete model entry"),
  modelInfo: at(30, "GET", model, "vendor", "model info"),
  updateModel: at(31, "PUT", model, "vendor", "update model"),
  deleteModel: at(32, "DELETE", model, "vendor", "delete model"),
  listSerials: at(33, "GET", serials, "vendor", "list serials"),
  listRanges: at(34, "GET", serials, "vendor", "list ranges"),
  addSerial: at(35, "POST", serials, "vendor", "add serial"),
  addSerials: at(36, "POST", serials, "vendor", "add serials"),
  addSerialRows: at(37, "POST", serials, "vendor", "add serials as CSV"),
  addRanges: at(38, "POST", serials, "vendor", "add ranges"),
  removeSerial: at(39, "POST", serials, "vendor", "remove serial"),
  removeSerials: at(40, "POST", serials, "vendor", "remove serials"),
  removeSerialRows: at(41, "DELETE", serials, "vendor", "remove serials as CSV"),
  deleteRanges: at(42, "DELETE", serials, "vendor", "delete ranges"),
  serialInfo: at(43, "GET", serial, "vendor", "serial info"),
  listSerialGroups: at(44, "GET", serial, "vendor", "list groups of serial"),
  showLog: at(45, "GET", serial, "vendor", "show activation log"),
  enableSerial: at(46, "POST", serial, "vendor", "enable serial"),
  remapClient: at(47, "POST", serial, "vendor", "remap client"),
  regenerateCik: at(48, "POST", serial, "vendor", "regenerate CIK"),
  disableCik: at(49, "POST", serial, "vendor", "disable CIK"),
  deleteSerial: at(50, "DELETE", serial, "vendor", "delete serial"),
  listShares: at(51, "GET", shares, "vendor", "list shares"),
  createShare: at(52, "POST", shares, "vendor", "create share"),
  deleteShareEntry: at(53, "POST", shares, "vendor", "delete share entry"),
  showShare: at(54, "GET", share, "vendor", "show share"),
  deleteShare: at(55, "DELETE", share, "vendor", "delete share"),
  vendorName: at(56, "GET", registration, "client", "show vendor name"),
  registerVendor: at(57, "POST", registration, "client", "register vendor name"),
  unregisterVendor: at(58, "POST", registration, "client", "unregister vendor name"),
  listTokens: at(59, "GET", tokens, "vendor-cik", "list tokens"),
  createToken: at(60, "POST", tokens, "vendor-cik", "create token"),
  deleteTokenEntry: at(61, "POST", tokens, "vendor-cik", "delete token entry"),
  showToken: at(62, "GET", token, "vendor-cik", "show token"),
  deleteToken: at(63, "DELETE", token, "vendor-cik", "delete token"),
  activate: at(64, "POST", activateTarget, "anyone", "activate"),
  listDownloads: at(65, "GET", downloadPath, "device", "list downloads"),
  downloadContent: at(66, "GET", downloadPath, "device", "download content"),
  downloadInfo: at(67, "GET", downloadPath, "device", "download info"),
  serverAddress: at(68, "GET", "/ip", "anyone", "server address"),
  readView: at(69, "GET", "/jsonp", "anyone", "read view"),
  createView: at(70, "POST", "/jsonp/register", "client-cik", "create view"),
};

function at<
  const Number extends number,
  const Verb extends Method,
  const Path extends string,
  const Kind extends CallerKind,
>(
  number: Number,
  method: Verb,
  path: Path,
  caller: Kind,
  title: string,
): {
  readonly number: Number;
  readonly title: string;
  readonly method: Verb;
  readonly path: Path;
  readonly caller: Kind;
} {
  return { number, title, method, path, caller };
}
