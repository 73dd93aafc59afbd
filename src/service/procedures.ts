// The table of procedures, in the order of their numbers.

import type { Procedure } from "./procedure.js";
import { activate } from "./procedures/activate.js";
import { addSerial, addSerialRows, addSerials } from "./procedures/add-serials.js";
import { contentInfo } from "./procedures/content-info.js";
import { createContent } from "./procedures/create-content.js";
import { createModel } from "./procedures/create-model.js";
import { deleteContent, deleteContentEntry } from "./procedures/delete-content.js";
import { disableCik } from "./procedures/disable-cik.js";
import { downloadContent } from "./procedures/download-content.js";
import { downloadInfo } from "./procedures/download-info.js";
import { enableSerial } from "./procedures/enable-serial.js";
import { listContents } from "./procedures/list-contents.js";
import { listDownloads } from "./procedures/list-downloads.js";
import { readContent } from "./procedures/read-content.js";
import { regenerateCik } from "./procedures/regenerate-cik.js";
import { timestamp } from "./procedures/timestamp.js";
import { uploadContent } from "./procedures/upload-content.js";

export const procedures: readonly Procedure[] = [
  listContents, // 1
  createContent, // 3
  deleteContentEntry, // 4
  contentInfo, // 5
  readContent, // 6
  uploadContent, // 10
  deleteContent, // 11
  createModel, // 28
  addSerial, // 35
  addSerials, // 36
  addSerialRows, // 37
  enableSerial, // 46
  regenerateCik, // 48
  disableCik, // 49
  activate, // 64
  listDownloads, // 65
  downloadContent, // 66
  downloadInfo, // 67
  timestamp,
];
