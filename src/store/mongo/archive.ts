import type { Collection, Filter } from "mongodb";
import { limits } from "../../../actors/limits.ts";
import type { Archive, ArchiveEntry, Projection } from "../../../actors/ports.ts";
import { isWrite } from "../merge/entry.ts";
import { writesOfMembership } from "../merge/membership.ts";
import { writesOfMessage } from "../merge/message.ts";
import { writesOfRoom } from "../merge/room.ts";
import type { Connection } from "./connection.ts";
import { membershipRowOf } from "./memberships.ts";
import { messageRowOf } from "./message-doc.ts";
import { roomRowOf } from "./rooms.ts";
import type { Collections } from "./schema.ts";

/** A collection's documents as entries, page by page in the order of its primary key. */
const read = <D extends { _id: unknown }>(
  collectionIn: (collections: Collections) => Collection<D>,
  entriesOf: (document: D) => readonly ArchiveEntry[],
) =>
  async function* (connection: Connection): AsyncIterable<ArchiveEntry> {
    const collection = collectionIn(connection.collections);
    const limit = limits.importBatchMax;
    for (let filter = {} as Filter<D>; ; ) {
      const page = await connection.run((session) =>
        collection
          .find(filter, { sort: { _id: 1 }, hint: "_id_", limit, batchSize: limit + 1, session })
          .toArray(),
      );
      for (const document of page) yield* entriesOf(document as D);
      const last = page.at(-1);
      if (last === undefined) return;
      filter = { _id: { $gt: last._id } } as Filter<D>;
    }
  };

const all = [
  read(
    ({ secrets }) => secrets,
    ({ _id, value }) => [{ t: "secret", name: _id, value }],
  ),
  read(
    ({ accounts }) => accounts,
    ({ _id, ...account }) => [{ t: "account", account: { id: _id, ...account } }],
  ),
  read(
    ({ sessions }) => sessions,
    ({ _id, ...session }) => [{ t: "session", session: { id: _id, ...session } }],
  ),
  read(
    ({ rooms }) => rooms,
    (room) => writesOfRoom(roomRowOf(room)),
  ),
  read(
    ({ memberships }) => memberships,
    (membership) => writesOfMembership(membershipRowOf(membership)),
  ),
  read(
    ({ messages }) => messages,
    (message) => writesOfMessage(message._id.room, messageRowOf(message)),
  ),
  read(
    ({ reactions }) => reactions,
    ({ _id, seq, on }) => [{ t: "reaction", ..._id, seq, on }],
  ),
  read(
    ({ closed }) => closed,
    ({ _id, hash }) => [{ t: "closed", ..._id, hash }],
  ),
  read(
    ({ receipts }) => receipts,
    ({ _id, delivered, read }) => [{ t: "mark", mark: { ..._id, delivered, read } }],
  ),
  read(
    ({ snapshots }) => snapshots,
    ({ _id, ...snapshot }) => [{ t: "snapshot", snapshot: { room: _id, ...snapshot } }],
  ),
  read(
    ({ versions }) => versions,
    ({ _id, version }) => (version === undefined ? [] : [{ t: "version", user: _id, version }]),
  ),
  read(
    ({ items }) => items,
    ({ _id, version, value }) => [{ t: "item", user: _id.user, item: { key: _id.key, version, value } }],
  ),
];

export class MongoArchive implements Archive {
  readonly #connection: Connection;
  readonly #projection: Projection;

  constructor(connection: Connection, projection: Projection) {
    this.#connection = connection;
    this.#projection = projection;
  }

  async *entries(): AsyncIterable<ArchiveEntry> {
    for (const collection of all) yield* collection(this.#connection);
  }

  async put(entries: readonly ArchiveEntry[]): Promise<void> {
    const of = <T extends ArchiveEntry["t"]>(t: T) =>
      entries.filter((entry): entry is Extract<ArchiveEntry, { t: T }> => entry.t === t);
    const { secrets, accounts, names, sessions, receipts, snapshots, versions, items } =
      this.#connection.collections;
    // These raise versions; those of the entries overwrite them.
    await this.#projection.apply(entries.filter(isWrite));
    await this.#replace(
      secrets,
      of("secret").map(({ name, value }) => ({ _id: name, value })),
    );
    await this.#replace(
      accounts,
      of("account").map(({ account: { id, ...rest } }) => ({ _id: id, ...rest })),
    );
    await this.#replace(
      names,
      of("account").map(({ account }) => ({ _id: account.name, user: account.id })),
    );
    await this.#replace(
      sessions,
      of("session").map(({ session: { id, ...rest } }) => ({ _id: id, ...rest })),
    );
    await this.#replace(
      receipts,
      of("mark").map(({ mark: { room, user, ...rest } }) => ({ _id: { room, user }, ...rest })),
    );
    await this.#replace(
      snapshots,
      of("snapshot").map(({ snapshot: { room, ...rest } }) => ({ _id: room, ...rest })),
    );
    await this.#replace(
      versions,
      of("version").map(({ user, version }) => ({ _id: user, version })),
    );
    await this.#replace(
      items,
      of("item").map(({ user, item: { key, version, value } }) => ({ _id: { user, key }, version, value })),
    );
  }

  async #replace<D extends { _id: unknown }>(
    collection: Collection<D>,
    documents: readonly D[],
  ): Promise<void> {
    if (documents.length === 0) return;
    const operations = documents.map((document) => {
      const { _id, ...replacement } = document;
      return { replaceOne: { filter: { _id } as Filter<D>, replacement: replacement as D, upsert: true } };
    });
    await this.#connection.run((session) => collection.bulkWrite(operations, { ordered: false, session }));
  }
}
