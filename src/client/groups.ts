// The groups of a model, and what they hold: contents, serials and other groups (procedures 12 to
// 25). A serial may read a protected content if both are in one group.

import { parseDecimal } from "../protocol/decimal.js";
import type { FormPair } from "../protocol/form.js";
import { rowsBody } from "./body.js";
import { unexpected, type Asked, type Transport } from "./transport.js";
import type { Meanings } from "./client-error.js";
import { procedures } from "../protocol/procedures.js";
import { checkName, checkSerial, placeOf } from "./place.js";

/** A group as a list has it. */
export interface Group {
  /** Its name in the model. */
  readonly id: string;
  /** The vendor's free text about it. */
  readonly meta: string;
}

/** What the service says of one group. */
export interface GroupInfo {
  /** The vendor's free text about it. */
  readonly meta: string;
  /** Direct members, expired ones too. */
  readonly memberCount: number;
}

export const memberTypes = ["content", "group", "sn"] as const;
/** What a group may hold. */
export type MemberType = (typeof memberTypes)[number];

/** What tells one member of a group from another. */
export interface MemberKey {
  /** What `id` names. */
  readonly type: MemberType;
  /** A content's or a group's id, or a serial. */
  readonly id: string;
}

/** A member of a group. */
export interface Member extends MemberKey {
  /** Unix seconds, from which on it has no effect; undefined: never. */
  readonly expiresAtSeconds: number | undefined;
  /** The vendor's free text about the membership, at most 4,096 bytes of UTF-8. */
  readonly meta: string;
}

const meanings: Meanings = { 404: "there is no such model, or no such group" };
const memberMeanings: Meanings = {
  400: "the service does not take such a member",
  404: "there is no such model, no such group, or one of the members is not there",
  409: "a group cannot hold itself",
};

/** The groups of the vendor's models, and what they hold. */
export class Groups {
  readonly #transport: Transport;

  /** VendorClient makes it. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Procedure 12: the groups of a model. Throws `not-found`. */
  async *list(model: string): AsyncGenerator<Group, void, void> {
    const action = `list groups of model "${model}"`;
    const asked = { action, ...placeOf(procedures.listGroups, { model }), meanings };
    for await (const [id = "", meta = ""] of this.#transport.pages(asked)) yield { id, meta };
  }

  /** Procedure 13: makes a group. Throws `conflict` if it exists. */
  async create(model: string, id: string, meta = ""): Promise<void> {
    await this.#transport.post(
      {
        action: `create group "${id}"`,
        ...placeOf(procedures.createGroup, { model }),
        meanings: { 404: "the vendor has no such model", 409: "it exists already" },
      },
      [
        ["id", checkName("group", id)],
        ["meta", meta],
      ],
    );
  }

  /** Procedure 17, or 14: deletes a group, not what it holds. Throws `not-found`. */
  async delete(model: string, id: string): Promise<void> {
    await this.#transport.delete({
      action: `delete group "${id}"`,
      ...placeOf(procedures.deleteGroup, { model, group: id }),
      inCollection: placeOf(procedures.deleteGroupEntry, { model }),
      form: [["id", id]],
      meanings,
    });
  }

  /** Procedure 15: what is known of a group. Throws `not-found`. */
  async info(model: string, id: string): Promise<GroupInfo> {
    const asked = {
      action: `look up group "${id}"`,
      ...placeOf(procedures.groupInfo, { model, group: id }),
      meanings,
    };
    const [row] = await this.#transport.rows(asked);
    const memberCount = parseDecimal(row?.[1] ?? "");
    if (memberCount === undefined) throw unexpected(asked, "no count of members");
    return { meta: row?.[0] ?? "", memberCount };
  }

  /** Procedure 16: the groups that hold it directly. */
  async *groups(model: string, id: string): AsyncGenerator<string, void, void> {
    const asked = {
      action: `list groups of group "${id}"`,
      ...placeOf(procedures.listGroupGroups, { model, group: id }),
      query: [["show", "groups"]] as const,
      meanings,
    };
    for await (const [group = ""] of this.#transport.pages(asked)) yield group;
  }

  /** Procedure 18: what a group holds; 19: of one type; 20: of one id; 21: of both. */
  async *members(
    model: string,
    group: string,
    { type, id }: Partial<MemberKey> = {},
  ): AsyncGenerator<Member, void, void> {
    const query: FormPair[] = [];
    if (type !== undefined) query.push(["type", type]);
    if (id !== undefined) query.push(["id", id]);
    const action = `list members of group "${group}"`;
    const asked = { action, ...placeOf(procedures.listMembers, { model, group }), query, meanings };
    for await (const [typeText = "", name = "", expire = "", meta = ""] of this.#transport.pages(
      asked,
    )) {
      const known = memberTypes.find((memberType) => memberType === typeText);
      const seconds = expire === "" ? 0 : parseDecimal(expire);
      if (known === undefined || seconds === undefined) throw unexpected(asked, "another member");
      const expiresAtSeconds = seconds === 0 ? undefined : seconds;
      yield { type: known, id: name, expiresAtSeconds, meta };
    }
  }

  /**
   * Procedure 22: puts members in, or changes them; all or none. Throws `conflict` if a group
   * would hold itself.
   */
  async putSimilar(
    model: string,
    group: string,
    { type, ids, expiresAtSeconds, meta }: SimilarMembers,
  ): Promise<void> {
    const form = [...similarForm(type, ids), ["expire", expireText(expiresAtSeconds)] as const];
    const asked = changing("put members into", procedures.addSimilarMembers, { model, group });
    await this.#transport.post(asked, [...form, ["meta", meta]]);
  }

  /** Procedure 23: the same, each with its own type, expiry and meta. */
  async put(model: string, group: string, members: readonly Member[]): Promise<void> {
    const rows = members.map((member) => [
      ...keyRow(member),
      expireText(member.expiresAtSeconds),
      member.meta,
    ]);
    const asked = changing("put members into", procedures.addMembers, { model, group });
    await this.#transport.text({ ...asked, body: rowsBody(rows) });
  }

  /** Procedure 24: takes members out; those that are not there are ignored. */
  async removeSimilar(
    model: string,
    group: string,
    type: MemberType,
    ids: readonly string[],
  ): Promise<void> {
    const asked = changing("take members out of", procedures.deleteSimilarMembers, {
      model,
      group,
    });
    await this.#transport.post(asked, [["delete", "true"], ...similarForm(type, ids)]);
  }

  /** Procedure 25: the same, of several types. There is no other way than DELETE. */
  async remove(model: string, group: string, members: readonly MemberKey[]): Promise<void> {
    await this.#transport.text({
      ...changing("take members out of", procedures.deleteMembers, { model, group }),
      body: rowsBody(members.map(keyRow)),
    });
  }
}

/** Members of one type with the same expiry and meta. */
export interface SimilarMembers extends Omit<Member, "id"> {
  /** Of contents, groups or serials, as `type` says. */
  readonly ids: readonly string[];
}

type ChangingMembers =
  | typeof procedures.addSimilarMembers
  | typeof procedures.addMembers
  | typeof procedures.deleteSimilarMembers
  | typeof procedures.deleteMembers;

function changing(
  verb: string,
  procedure: ChangingMembers,
  names: { readonly model: string; readonly group: string },
): Asked {
  const action = `${verb} group "${names.group}"`;
  return { action, ...placeOf(procedure, names), meanings: memberMeanings };
}

function similarForm(type: MemberType, ids: readonly string[]): FormPair[] {
  return [["type", type], ...ids.map((id): FormPair => ["id[]", checkMember({ type, id })])];
}

function keyRow(member: MemberKey): string[] {
  return [member.type, checkMember(member)];
}

function checkMember({ type, id }: MemberKey): string {
  return type === "sn" ? checkSerial(id) : checkName(type, id);
}

function expireText(expiresAtSeconds: number | undefined): string {
  return expiresAtSeconds === undefined ? "" : String(expiresAtSeconds);
}
