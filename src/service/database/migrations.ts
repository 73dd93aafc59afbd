// Makes and updates the tables of schema.ts, on both databases, in order of name.
//
// A migration that has been released is never edited: a new one follows it. What the databases
// spell differently is asked of the dialect by name, here and nowhere else.

import { type ColumnDataType, type Kysely, type Migration, type RawBuilder, sql } from "kysely";
import { addQuotas } from "./quotas-migration.js";

/** What the two databases do differently, as far as this service meets it. */
export interface DialectDifferences {
  /** Text compares and sorts by its bytes unasked (S-36). PostgreSQL must be told. */
  readonly sortsTextByBytes: boolean;
  /** Bytes are `bytea`, not `blob`. */
  readonly callsBytesBytea: boolean;
  /** New keys come from an identity column, not from SQLite's `autoincrement`. */
  readonly hasIdentityColumns: boolean;
}

interface ColumnTypes {
  readonly text: ColumnDataType | RawBuilder<string>;
  readonly bytes: ColumnDataType;
}

function columnTypes(differences: DialectDifferences): ColumnTypes {
  return {
    text: differences.sortsTextByBytes ? "text" : sql<string>`text collate "C"`,
    bytes: differences.callsBytesBytea ? "bytea" : "blob",
  };
}

type Database = Kysely<unknown>;

/** A table with a generated key that is never used twice, not even after a delete. */
function keyedTable(database: Database, name: string, { hasIdentityColumns }: DialectDifferences) {
  const table = database.schema.createTable(name);
  return hasIdentityColumns
    ? table.addColumn("id", "bigint", (id) => id.primaryKey().generatedByDefaultAsIdentity())
    : table.addColumn("id", "integer", (id) => id.primaryKey().autoIncrement());
}

async function createClients(database: Database, { text, bytes }: ColumnTypes): Promise<void> {
  const { schema } = database;
  await schema
    .createTable("clients")
    .addColumn("rid", text, (rid) => rid.primaryKey())
    .addColumn("ownerRid", text)
    .addColumn("status", text, (status) => status.notNull())
    .addColumn("activableUntil", "bigint")
    .addColumn("cikLookup", bytes, (lookup) => lookup.notNull().unique())
    .addColumn("cikSealed", bytes, (sealed) => sealed.notNull())
    .addColumn("clientsMax", "bigint")
    .addColumn("createdAt", "bigint", (at) => at.notNull())
    .execute();
  await schema.createIndex("clientsByOwner").on("clients").column("ownerRid").execute();
  await schema
    .createTable("vendors")
    .addColumn("name", text, (name) => name.primaryKey())
    .addColumn("clientRid", text, (rid) => rid.notNull().unique().references("clients.rid"))
    .execute();
  await schema
    .createTable("tokens")
    .addColumn("clientRid", text, (rid) => rid.notNull().references("clients.rid"))
    .addColumn("id", text, (id) => id.notNull())
    .addColumn("lookup", bytes, (lookup) => lookup.notNull().unique())
    .addColumn("sealed", bytes, (sealed) => sealed.notNull())
    .addPrimaryKeyConstraint("tokensKey", ["clientRid", "id"])
    .execute();
}

async function createModels(
  database: Database,
  { text, bytes }: ColumnTypes,
  differences: DialectDifferences,
): Promise<void> {
  await keyedTable(database, "models", differences)
    .addColumn("ownerRid", text, (rid) => rid.notNull().references("clients.rid"))
    .addColumn("name", text, (name) => name.notNull())
    .addColumn("templateKind", text, (kind) => kind.notNull())
    .addColumn("template", text, (template) => template.notNull())
    .addColumn("options", text, (options) => options.notNull())
    .addUniqueConstraint("modelsByName", ["ownerRid", "name"])
    .execute();
  await keyedTable(database, "serials", differences)
    .addColumn("modelId", "bigint", (id) =>
      id.notNull().references("models.id").onDelete("cascade"),
    )
    .addColumn("sn", text, (sn) => sn.notNull())
    .addColumn("extra", text, (extra) => extra.notNull())
    .addColumn("clientRid", text, (rid) => rid.unique())
    .addColumn("enabledBy", text)
    .addUniqueConstraint("serialsBySn", ["modelId", "sn"])
    .execute();
  await keyedTable(database, "activations", differences)
    .addColumn("serialId", "bigint", (id) =>
      id.notNull().references("serials.id").onDelete("cascade"),
    )
    .addColumn("at", "bigint", (at) => at.notNull())
    .addColumn("address", text, (address) => address.notNull())
    .addColumn("entry", bytes, (entry) => entry.notNull())
    .execute();
  await database.schema
    .createIndex("activationsBySerial")
    .on("activations")
    .columns(["serialId", "id"])
    .execute();
}

async function createContents(
  database: Database,
  { text, bytes }: ColumnTypes,
  differences: DialectDifferences,
): Promise<void> {
  await keyedTable(database, "blobs", differences)
    .addColumn("startedAt", "bigint", (at) => at.notNull())
    .execute();
  await database.schema
    .createTable("pieces")
    .addColumn("blobId", "bigint", (id) => id.notNull().references("blobs.id").onDelete("cascade"))
    .addColumn("number", "bigint", (number) => number.notNull())
    .addColumn("bytes", bytes, (column) => column.notNull())
    .addPrimaryKeyConstraint("piecesKey", ["blobId", "number"])
    .execute();
  await keyedTable(database, "contents", differences)
    .addColumn("modelId", "bigint", (id) =>
      id.notNull().references("models.id").onDelete("cascade"),
    )
    .addColumn("name", text, (name) => name.notNull())
    .addColumn("meta", text, (meta) => meta.notNull())
    .addColumn("protected", "bigint", (flag) => flag.notNull())
    .addColumn("type", text, (type) => type.notNull())
    .addColumn("size", "bigint", (size) => size.notNull())
    .addColumn("updatedAt", "bigint", (at) => at.notNull())
    .addColumn("blobId", "bigint", (id) => id.unique().references("blobs.id"))
    .addUniqueConstraint("contentsByName", ["modelId", "name"])
    .execute();
}

async function createProperties(database: Database, { text, bytes }: ColumnTypes): Promise<void> {
  await database.schema
    .createTable("properties")
    .addColumn("name", text, (name) => name.primaryKey())
    .addColumn("value", bytes, (value) => value.notNull())
    .execute();
}

async function createRanges(
  database: Database,
  { text }: ColumnTypes,
  differences: DialectDifferences,
): Promise<void> {
  await keyedTable(database, "ranges", differences)
    .addColumn("modelId", "bigint", (id) =>
      id.notNull().references("models.id").onDelete("cascade"),
    )
    .addColumn("format", text, (format) => format.notNull())
    .addColumn("length", "bigint")
    .addColumn("casing", text)
    .addColumn("first", "bigint", (first) => first.notNull())
    .addColumn("last", "bigint", (last) => last.notNull())
    .execute();
  await database.schema
    .createIndex("rangesByModel")
    .on("ranges")
    .columns(["modelId", "id"])
    .execute();
}

async function createGroups(database: Database, { text }: ColumnTypes): Promise<void> {
  const { schema } = database;
  await schema
    .createTable("groups")
    .addColumn("modelId", "bigint", (id) =>
      id.notNull().references("models.id").onDelete("cascade"),
    )
    .addColumn("name", text, (name) => name.notNull())
    .addColumn("meta", text, (meta) => meta.notNull())
    .addPrimaryKeyConstraint("groupsKey", ["modelId", "name"])
    .execute();
  const group = ["modelId", "groupName"] as const;
  await schema
    .createTable("members")
    .addColumn("modelId", "bigint", (id) => id.notNull())
    .addColumn("groupName", text, (name) => name.notNull())
    .addColumn("type", text, (type) => type.notNull())
    .addColumn("name", text, (name) => name.notNull())
    .addColumn("expiresAt", "bigint")
    .addColumn("meta", text, (meta) => meta.notNull())
    .addPrimaryKeyConstraint("membersKey", [...group, "type", "name"])
    .addForeignKeyConstraint("membersGroup", [...group], "groups", ["modelId", "name"], (key) =>
      key.onDelete("cascade"),
    )
    .execute();
  await schema
    .createIndex("membersByName")
    .on("members")
    .columns(["modelId", "type", "name", "groupName"])
    .execute();
}

async function createShares(database: Database, { text }: ColumnTypes): Promise<void> {
  const { schema } = database;
  await schema
    .createTable("shares")
    .addColumn("modelId", "bigint", (id) =>
      id.notNull().references("models.id").onDelete("cascade"),
    )
    .addColumn("clientRid", text, (rid) => rid.notNull().references("clients.rid"))
    .addPrimaryKeyConstraint("sharesKey", ["modelId", "clientRid"])
    .execute();
  await schema.createIndex("sharesByClient").on("shares").column("clientRid").execute();
}

async function createPoints(database: Database, { text, bytes }: ColumnTypes): Promise<void> {
  const { schema } = database;
  await schema
    .createTable("points")
    .addColumn("clientRid", text, (rid) => rid.notNull().references("clients.rid"))
    .addColumn("alias", text, (alias) => alias.notNull())
    .addColumn("at", "bigint", (at) => at.notNull())
    .addColumn("value", text, (value) => value.notNull())
    .addPrimaryKeyConstraint("pointsKey", ["clientRid", "alias", "at"])
    .execute();
  await schema
    .createTable("views")
    .addColumn("lookup", bytes, (lookup) => lookup.primaryKey())
    .addColumn("clientRid", text, (rid) => rid.notNull().references("clients.rid"))
    .addColumn("aliases", text, (aliases) => aliases.notNull())
    .addColumn("startAt", "bigint", (at) => at.notNull())
    .addColumn("endAt", "bigint", (at) => at.notNull())
    .addColumn("pointsMax", "bigint", (limit) => limit.notNull())
    .addColumn("expiresAt", "bigint", (at) => at.notNull())
    .execute();
  await schema.createIndex("viewsByClient").on("views").column("clientRid").execute();
}

async function createDescriptions(database: Database, { text }: ColumnTypes): Promise<void> {
  await database.schema
    .createTable("descriptions")
    .addColumn("clientRid", text, (rid) => rid.primaryKey().references("clients.rid"))
    .addColumn("json", text, (json) => json.notNull())
    .execute();
}

/** Names that migrations had before, by the name of today. A database notes what it has had. */
export const formerMigrationNames: Readonly<Record<string, string>> = {
  "001-accounts-models-contents": "001-first-part",
  "002-ranges-groups-shares-points": "002-second-part",
};

/** Every migration by name; kysely runs those a database has not had yet, in this order. */
export function migrations(differences: DialectDifferences): Record<string, Migration> {
  const types = columnTypes(differences);
  return {
    "001-accounts-models-contents": {
      async up(database: Database) {
        await createProperties(database, types);
        await createClients(database, types);
        await createModels(database, types, differences);
        await createContents(database, types, differences);
      },
    },
    "002-ranges-groups-shares-points": {
      async up(database: Database) {
        await createRanges(database, types, differences);
        await createGroups(database, types);
        await createShares(database, types);
        await createPoints(database, types);
      },
    },
    "003-descriptions": {
      async up(database: Database) {
        await createDescriptions(database, types);
      },
    },
    "004-quotas-deletion-paging": {
      async up(database: Database) {
        await addQuotas(database);
      },
    },
  };
}
