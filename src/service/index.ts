// provision-agent/service: the Provision service in the caller's own process, and its
// administration.
//
//     const service = await startService({ dataDirectory: "data", port: 8080 });
//     const { token } = await service.admin.createVendor("acme");
//     await service.close();

export { AccessLog, accessLine } from "./access-log.js";
export {
  type Admin,
  administer,
  type NewOwner,
  type ServiceData,
  type VendorCredentials,
} from "./admin.js";
export type { Clock } from "./clock.js";
export { type RefusalCode, ServiceError, type ServiceErrorKind } from "./errors.js";
export { serviceLimits, type ServiceLimits } from "./limits.js";
export type { ReplyRecord } from "./responder.js";
export {
  type AdvertisedAddress,
  type Service,
  type ServiceOptions,
  type ServiceRules,
  startService,
} from "./service.js";
export type { ClientIdentity } from "./stores/clients.js";
