// Migration 004: quotas count the subtree of an owner, deleted things go whole, and devices that a
// share gave to another vendor are the creator's again.

import { type Kysely, sql } from "kysely";

type Database = Kysely<unknown>;

export async function addQuotas(database: Database): Promise<void> {
  await addCounts(database);
  await takeBackSharedDevices(database);
  await countClients(database);
}

/** S-18, S-34: quotas that count, models that are being deleted, and what a listing needs. */
async function addCounts(database: Database): Promise<void> {
  const { schema } = database;
  await schema
    .alterTable("clients")
    .addColumn("clientsUsed", "bigint", (used) => used.notNull().defaultTo(0))
    .execute();
  await schema.alterTable("models").addColumn("deletedAt", "bigint").execute();
  await schema
    .alterTable("models")
    .addColumn("serialsVersion", "bigint", (version) => version.notNull().defaultTo(0))
    .execute();
  await schema
    .alterTable("models")
    .addColumn("rangesVersion", "bigint", (version) => version.notNull().defaultTo(0))
    .execute();
  await schema.alterTable("serials").addColumn("logAfter", "bigint").execute();
  await schema
    .createIndex("serialsByEnabler")
    .on("serials")
    .columns(["modelId", "enabledBy", "sn"])
    .where(sql.ref("clientRid"), "is not", null)
    .execute();
}

/** Counts what the clients with a quota own already, at any depth. */
async function countClients(database: Database): Promise<void> {
  await sql`
    with recursive "below"("top", "rid") as (
      select "rid", "rid" from "clients" where "clientsMax" is not null
      union
      select "b"."top", "c"."rid" from "below" as "b"
      inner join "clients" as "c" on "c"."ownerRid" = "b"."rid"
    )
    update "clients" set "clientsUsed" =
      (select count(*) - 1 from "below" where "below"."top" = "clients"."rid")
    where "clientsMax" is not null`.execute(database);
}

/**
 * A device that was enabled through a share may be below the vendor that shared: it goes to the
 * model's creator (S-18). Of a log that vendor sees what its own device wrote.
 */
async function takeBackSharedDevices(database: Database): Promise<void> {
  await sql`
    update "clients" set "ownerRid" = (
      select "m"."ownerRid" from "serials" as "s" inner join "models" as "m" on "m"."id" = "s"."modelId"
      where "s"."clientRid" = "clients"."rid"
    )
    where "rid" in (
      with recursive "shared"("rid", "creator") as (
        select "s"."clientRid", "m"."ownerRid" from "serials" as "s"
        inner join "models" as "m" on "m"."id" = "s"."modelId"
        where "s"."clientRid" is not null and "s"."enabledBy" <> "m"."ownerRid"
      ), "above"("device", "creator", "rid") as (
        select "rid", "creator", "rid" from "shared"
        union
        select "a"."device", "a"."creator", "c"."ownerRid" from "above" as "a"
        inner join "clients" as "c" on "c"."rid" = "a"."rid"
        where "c"."ownerRid" is not null
      )
      select "rid" from "shared"
      except
      select "device" from "above" where "rid" = "creator"
    )`.execute(database);
  await sql`
    update "serials" set "logAfter" = (
      select coalesce(max("a"."id"), 0) from "activations" as "a"
      inner join "clients" as "c" on "c"."rid" = "serials"."clientRid"
      where "a"."serialId" = "serials"."id" and "a"."at" < "c"."createdAt"
    )
    where "clientRid" is not null`.execute(database);
}
