// provision-agent/client: a vendor's client of the management API.
//
//     const client = new VendorClient({ server: "http://127.0.0.1:8080", token });
//     for await (const { serial, status } of client.serials.list("lamp")) console.log(serial, status);

export type { Upload } from "./body.js";
export { ClientError, type ClientErrorKind } from "./client-error.js";
export type {
  ContentInfo,
  Contents,
  Download,
  DownloadOptions,
  NewContent,
  UploadOptions,
} from "./contents.js";
export type {
  Group,
  GroupInfo,
  Groups,
  Member,
  MemberKey,
  MemberType,
  SimilarMembers,
} from "./groups.js";
export {
  changesBetween,
  countStatuses,
  type ModelSnapshot,
  type SeenContent,
  type SnapshotChange,
  takeSnapshot,
} from "./model-snapshot.js";
export type {
  ModelChange,
  ModelInfo,
  ModelOption,
  Models,
  SharedModel,
  Template,
} from "./models.js";
export type { Ranges } from "./ranges.js";
export type { Registration } from "./registration.js";
export { importSerials, type ImportOptions, type ImportProgress } from "./serial-import.js";
export type {
  Activation,
  ListedSerial,
  NewSerial,
  SerialInfo,
  Serials,
  SerialStatus,
  SharedSerials,
} from "./serials.js";
export type { Shares } from "./shares.js";
export type { Tokens } from "./tokens.js";
export type { ClientOptions, Credentials } from "./transport.js";
export { VendorClient } from "./vendor-client.js";
export type { SerialRange } from "../protocol/serial-range.js";
export type { ContentRange } from "../protocol/byte-range.js";
export type { SerialFormat } from "../protocol/mac-serial.js";
