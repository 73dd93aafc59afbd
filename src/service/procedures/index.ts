// The table of procedures: the 70 of the API in the order of their numbers, then what it does not
// list.

import type { Procedure } from "../api/procedure.js";
import { activate } from "./device/activate.js";
import { addSerial, addSerialRows, addSerials } from "./serials/add-serials.js";
import {
  addMembers,
  addSimilarMembers,
  deleteMembers,
  deleteSimilarMembers,
} from "./groups/change-members.js";
import { addRanges, deleteRanges } from "./serials/change-ranges.js";
import { contentInfo } from "./contents/content-info.js";
import { createContent } from "./contents/create-content.js";
import { createGroup } from "./groups/create-group.js";
import { createModel } from "./models/create-model.js";
import { createView } from "./data/create-view.js";
import { dataProcedures } from "./data/data.js";
import { deleteContent, deleteContentEntry } from "./contents/delete-content.js";
import { deleteGroup, deleteGroupEntry } from "./groups/delete-group.js";
import { deleteModel, deleteModelEntry } from "./models/delete-model.js";
import { deleteSerial } from "./serials/delete-serial.js";
import { disableCik } from "./serials/disable-cik.js";
import { downloadContent } from "./device/download-content.js";
import { downloadInfo } from "./device/download-info.js";
import { enableSerial } from "./serials/enable-serial.js";
import { health } from "./device/health.js";
import { listContents } from "./contents/list-contents.js";
import { listDownloads } from "./device/list-downloads.js";
import { groupInfo, listGroups } from "./groups/list-groups.js";
import {
  listMembers,
  listMembersOfId,
  listMembersOfType,
  showMember,
} from "./groups/list-members.js";
import { listContentGroups, listGroupGroups, listSerialGroups } from "./groups/list-memberships.js";
import { listModels, listSharedModels } from "./models/list-models.js";
import { listRanges } from "./serials/list-ranges.js";
import { listSerials } from "./serials/list-serials.js";
import { modelInfo } from "./models/model-info.js";
import { readContent } from "./contents/read-content.js";
import { readView } from "./data/read-view.js";
import { regenerateCik } from "./serials/regenerate-cik.js";
import { remapClient } from "./serials/remap-client.js";
import { remoteProcedures } from "./data/remote-procedures.js";
import { removeSerial, removeSerialRows, removeSerials } from "./serials/remove-serials.js";
import {
  listSerialContents,
  readSerialContent,
  serialContentInfo,
} from "./serials/serial-contents.js";
import { serialInfo } from "./serials/serial-info.js";
import { serverAddress } from "./device/server-address.js";
import {
  createShare,
  deleteShare,
  deleteShareEntry,
  listShares,
  showShare,
} from "./accounts/shares.js";
import { showLog } from "./serials/show-log.js";
import { timestamp } from "./device/timestamp.js";
import {
  createToken,
  deleteToken,
  deleteTokenEntry,
  listTokens,
  showToken,
} from "./accounts/tokens.js";
import { updateModel } from "./models/update-model.js";
import { uploadContent } from "./contents/upload-content.js";
import { registerVendor, unregisterVendor, vendorName } from "./accounts/vendor-name.js";

export const procedures: readonly Procedure[] = [
  listContents, // 1
  listSerialContents, // 2
  createContent, // 3
  deleteContentEntry, // 4
  contentInfo, // 5
  readContent, // 6
  serialContentInfo, // 7
  readSerialContent, // 8
  listContentGroups, // 9
  uploadContent, // 10
  deleteContent, // 11
  listGroups, // 12
  createGroup, // 13
  deleteGroupEntry, // 14
  groupInfo, // 15
  listGroupGroups, // 16
  deleteGroup, // 17
  listMembers, // 18
  listMembersOfType, // 19
  listMembersOfId, // 20
  showMember, // 21
  addSimilarMembers, // 22
  addMembers, // 23
  deleteSimilarMembers, // 24
  deleteMembers, // 25
  listModels, // 26
  listSharedModels, // 27
  createModel, // 28
  deleteModelEntry, // 29
  modelInfo, // 30
  updateModel, // 31
  deleteModel, // 32
  listSerials, // 33
  listRanges, // 34
  addSerial, // 35
  addSerials, // 36
  addSerialRows, // 37
  addRanges, // 38
  removeSerial, // 39
  removeSerials, // 40
  removeSerialRows, // 41
  deleteRanges, // 42
  serialInfo, // 43
  listSerialGroups, // 44
  showLog, // 45
  enableSerial, // 46
  remapClient, // 47
  regenerateCik, // 48
  disableCik, // 49
  deleteSerial, // 50
  listShares, // 51
  createShare, // 52
  deleteShareEntry, // 53
  showShare, // 54
  deleteShare, // 55
  vendorName, // 56
  registerVendor, // 57
  unregisterVendor, // 58
  listTokens, // 59
  createToken, // 60
  deleteTokenEntry, // 61
  showToken, // 62
  deleteToken, // 63
  activate, // 64
  listDownloads, // 65
  downloadContent, // 66
  downloadInfo, // 67
  serverAddress, // 68
  readView, // 69
  createView, // 70
  timestamp,
  health,
  remoteProcedures,
  ...dataProcedures,
];
