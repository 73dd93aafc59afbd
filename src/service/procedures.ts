// The table of procedures: the 70 of the API in the order of their numbers, then what it does not
// list.

import type { Procedure } from "./procedure.js";
import { activate } from "./procedures/activate.js";
import { addSerial, addSerialRows, addSerials } from "./procedures/add-serials.js";
import {
  addMembers,
  addSimilarMembers,
  deleteMembers,
  deleteSimilarMembers,
} from "./procedures/change-members.js";
import { addRanges, deleteRanges } from "./procedures/change-ranges.js";
import { contentInfo } from "./procedures/content-info.js";
import { createContent } from "./procedures/create-content.js";
import { createGroup } from "./procedures/create-group.js";
import { createModel } from "./procedures/create-model.js";
import { createView } from "./procedures/create-view.js";
import { dataProcedures } from "./procedures/data.js";
import { deleteContent, deleteContentEntry } from "./procedures/delete-content.js";
import { deleteGroup, deleteGroupEntry } from "./procedures/delete-group.js";
import { deleteModel, deleteModelEntry } from "./procedures/delete-model.js";
import { deleteSerial } from "./procedures/delete-serial.js";
import { disableCik } from "./procedures/disable-cik.js";
import { downloadContent } from "./procedures/download-content.js";
import { downloadInfo } from "./procedures/download-info.js";
import { enableSerial } from "./procedures/enable-serial.js";
import { health } from "./procedures/health.js";
import { listContents } from "./procedures/list-contents.js";
import { listDownloads } from "./procedures/list-downloads.js";
import { groupInfo, listGroups } from "./procedures/list-groups.js";
import {
  listMembers,
  listMembersOfId,
  listMembersOfType,
  showMember,
} from "./procedures/list-members.js";
import {
  listContentGroups,
  listGroupGroups,
  listSerialGroups,
} from "./procedures/list-memberships.js";
import { listModels, listSharedModels } from "./procedures/list-models.js";
import { listRanges } from "./procedures/list-ranges.js";
import { listSerials } from "./procedures/list-serials.js";
import { modelInfo } from "./procedures/model-info.js";
import { readContent } from "./procedures/read-content.js";
import { readView } from "./procedures/read-view.js";
import { regenerateCik } from "./procedures/regenerate-cik.js";
import { remapClient } from "./procedures/remap-client.js";
import { remoteProcedures } from "./procedures/remote-procedures.js";
import { removeSerial, removeSerialRows, removeSerials } from "./procedures/remove-serials.js";
import {
  listSerialContents,
  readSerialContent,
  serialContentInfo,
} from "./procedures/serial-contents.js";
import { serialInfo } from "./procedures/serial-info.js";
import { serverAddress } from "./procedures/server-address.js";
import {
  createShare,
  deleteShare,
  deleteShareEntry,
  listShares,
  showShare,
} from "./procedures/shares.js";
import { showLog } from "./procedures/show-log.js";
import { timestamp } from "./procedures/timestamp.js";
import {
  createToken,
  deleteToken,
  deleteTokenEntry,
  listTokens,
  showToken,
} from "./procedures/tokens.js";
import { updateModel } from "./procedures/update-model.js";
import { uploadContent } from "./procedures/upload-content.js";
import { registerVendor, unregisterVendor, vendorName } from "./procedures/vendor-name.js";

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
