// Opens all that the service keeps: database, key, stores.

import { ActivationWriter } from "./activation-writer.js";
import { ActivationLog } from "./activations.js";
import { BlobStore } from "./blobs.js";
import { ClientTree } from "./client-tree.js";
import { ClientStore } from "./clients.js";
import { ContentStore } from "./contents.js";
import { type Database, type DatabasePlace, openDatabase } from "../database/database.js";
import { DataViewStore } from "./data-views.js";
import { DescriptionStore } from "./descriptions.js";
import { DeviceStore } from "./devices.js";
import { ServiceError } from "../errors.js";
import { GrantStore } from "./grants.js";
import { GroupStore } from "./groups.js";
import { type KeyVault, openKeyVault, sameLookup } from "./key-vault.js";
import { MemberStore } from "./members.js";
import { ModelRemover } from "./model-remover.js";
import { ModelStore } from "./models.js";
import { PointStore } from "./points.js";
import { RangeStore } from "./ranges.js";
import { SerialViews } from "./serial-views.js";
import { SerialStore } from "./serials.js";
import { ShareStore } from "./shares.js";
import { VendorStore } from "./vendors.js";

/** The database, the key and a store for each noun. Closed with `database.destroy()`. */
export interface Storage {
  readonly database: Database;
  readonly vault: KeyVault;
  readonly activations: ActivationLog;
  readonly blobs: BlobStore;
  readonly clients: ClientStore;
  readonly clientTree: ClientTree;
  readonly contents: ContentStore;
  readonly dataViews: DataViewStore;
  readonly descriptions: DescriptionStore;
  readonly devices: DeviceStore;
  readonly grants: GrantStore;
  readonly groups: GroupStore;
  readonly members: MemberStore;
  readonly modelRemover: ModelRemover;
  readonly models: ModelStore;
  readonly points: PointStore;
  readonly ranges: RangeStore;
  readonly serialViews: SerialViews;
  readonly serials: SerialStore;
  readonly shares: ShareStore;
  readonly vendors: VendorStore;
}

/**
 * Opens the data of `place`, new or not. `keyText`: the master key in hexadecimal, or undefined
 * for the key file. Close it with `storage.database.destroy()`.
 * Throws ServiceError `data-directory`, `database`, `key-file` or `wrong-key`.
 */
export async function openStorage(
  place: DatabasePlace,
  keyText: string | undefined,
): Promise<Storage> {
  const vault = openKeyVault(place.dataDirectory, keyText);
  const database = await openDatabase(place);
  try {
    await checkKey(database, vault);
  } catch (error) {
    await database.destroy();
    throw error;
  }
  const activations = new ActivationLog(database);
  const writer = new ActivationWriter(database, activations);
  const blobs = new BlobStore(database);
  const clients = new ClientStore(database, vault);
  const descriptions = new DescriptionStore(database);
  const clientTree = new ClientTree(database, clients, descriptions);
  const ranges = new RangeStore(database);
  const serials = new SerialStore(database, ranges, clientTree);
  return {
    database,
    vault,
    activations,
    blobs,
    clients,
    clientTree,
    contents: new ContentStore(database, blobs),
    dataViews: new DataViewStore(database, vault),
    descriptions,
    devices: new DeviceStore(database, vault, clients, clientTree, serials, writer),
    grants: new GrantStore(database),
    groups: new GroupStore(database),
    members: new MemberStore(database, ranges),
    modelRemover: new ModelRemover(database, blobs, serials),
    models: new ModelStore(database),
    points: new PointStore(database),
    ranges,
    serialViews: new SerialViews(database),
    serials,
    shares: new ShareStore(database),
    vendors: new VendorStore(database, vault),
  };
}

/** The first key a database is opened with stays its key: another would find no secret. */
async function checkKey(database: Database, vault: KeyVault): Promise<void> {
  const name = "key";
  const mark = vault.lookup("provision: mark of the key");
  await database
    .insertInto("properties")
    .values({ name, value: mark })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const { value } = await database
    .selectFrom("properties")
    .where("name", "=", name)
    .select("value")
    .executeTakeFirstOrThrow();
  if (!sameLookup(value, mark)) {
    throw new ServiceError("wrong-key", "the key is not the one the database was made with");
  }
}
