// Where the management API's procedures are. Names are checked before they become part of a path:
// an empty one, or one of dots, would name another procedure.

import { isName, isSerial } from "../protocol/paths.js";
import { ClientError } from "./client-error.js";

export const modelsPath = "/provision/manage/model/";
export const tokensPath = "/provision/admin/auth/";
export const registerPath = "/provision/register";

export function modelPath(model: string): string {
  return modelsPath + segment("model", model);
}

export function serialsPath(model: string): string {
  return `${modelPath(model)}/`;
}

export function serialPath(model: string, serial: string): string {
  return serialsPath(model) + encodeURIComponent(checkSerial(serial));
}

export function contentsPath(model: string): string {
  return `/provision/manage/content/${segment("model", model)}/`;
}

export function contentPath(model: string, id: string): string {
  return contentsPath(model) + segment("content", id);
}

export function groupsPath(model: string): string {
  return `/provision/manage/group/${segment("model", model)}/`;
}

export function groupPath(model: string, id: string): string {
  return groupsPath(model) + segment("group", id);
}

export function membersPath(model: string, group: string): string {
  return `${groupPath(model, group)}/`;
}

export function sharesPath(model: string): string {
  return `/provision/manage/share/${segment("model", model)}/`;
}

export function sharePath(model: string, vendor: string): string {
  return sharesPath(model) + segment("vendor", vendor);
}

export function tokenPath(id: string): string {
  return tokensPath + segment("token", id);
}

/** `name` itself, or throws `invalid`. `noun` tells what it should have been the name of. */
export function checkName(noun: string, name: string): string {
  if (isName(name) && !isDots(name)) return name;
  throw new ClientError(
    "invalid",
    `expected a ${noun} name of 1 to 64 letters, digits, blanks and ._:~-, got ${quote(name)}`,
  );
}

/** `serial` itself, or throws `invalid`. */
export function checkSerial(serial: string): string {
  if (isSerial(serial) && !isDots(serial)) return serial;
  throw new ClientError(
    "invalid",
    `expected a serial of 1 to 128 letters, digits, blanks and ._:~-, got ${quote(serial)}`,
  );
}

function segment(noun: string, name: string): string {
  return encodeURIComponent(checkName(noun, name));
}

/** URLs have a meaning of their own for these two, however they are escaped. */
function isDots(name: string): boolean {
  return name === "." || name === "..";
}

function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}...` : text);
}
