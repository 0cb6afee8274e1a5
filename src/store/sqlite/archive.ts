import type { Database } from "bun:sqlite";
import { limits } from "../../../actors/limits.ts";
import type {
  Account,
  Archive,
  ArchiveEntry,
  Json,
  Mark,
  RoomId,
  Seq,
  Session,
  Snapshot,
  UserId,
  Write,
} from "../../../actors/ports.ts";
import { chunksOf } from "../chunks.ts";
import { isWrite } from "../merge/entry.ts";
import { writesOfMembership } from "../merge/membership.ts";
import { writesOfMessage } from "../merge/message.ts";
import { writesOfRoom } from "../merge/room.ts";
import { accountColumns } from "./accounts.ts";
import { type MembershipColumns, membershipRowOf } from "./memberships.ts";
import { type MessageColumns, messageColumns, messageOf } from "./message-columns.ts";
import { type RoomColumns, roomRowOf } from "./rooms.ts";
import { sessionColumns } from "./sessions.ts";
import type { Writer } from "./writer.ts";

type Apply = (writes: readonly Write[], upTo: null) => unknown;

export function archiveOperations(db: Database, apply: Apply) {
  const put = {
    secret: db.prepare<null, [string, string]>("INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)"),
    account: db.prepare<null, [Record<keyof Account, string | number>]>(
      `INSERT OR REPLACE INTO accounts (${accountColumns})
       VALUES ($id, $name, $display, $about, $password, $createdAt, $lastSeenAt)`,
    ),
    session: db.prepare<null, [Record<keyof Session, string | number | null>]>(
      `INSERT OR REPLACE INTO sessions (${sessionColumns}) VALUES ($id, $user, $device, $label, $createdAt,
       $lastSeenAt, $expiresAt, $counter, $rotatedAt, $revokedAt)`,
    ),
    mark: db.prepare<null, [Record<keyof Mark, string | number>]>(
      "INSERT OR REPLACE INTO receipts (room, user, delivered, read) VALUES ($room, $user, $delivered, $read)",
    ),
    snapshot: db.prepare<null, [Record<keyof Snapshot, string | number>]>(
      `INSERT OR REPLACE INTO snapshots (room, seq, position, format, state)
       VALUES ($room, $seq, $position, $format, $state)`,
    ),
    version: db.prepare<null, [UserId, number]>(
      "INSERT OR REPLACE INTO versions (user, version) VALUES (?, ?)",
    ),
    item: db.prepare<null, [UserId, string, number, string]>(
      "INSERT OR REPLACE INTO items (user, key, version, value) VALUES (?, ?, ?, ?)",
    ),
  };

  function putEntry(entry: ArchiveEntry): unknown {
    if (isWrite(entry)) return apply([entry], null);
    switch (entry.t) {
      case "secret":
        return put.secret.run(entry.name, entry.value);
      case "account":
        return put.account.run({ ...entry.account });
      case "session":
        return put.session.run({ ...entry.session });
      case "mark":
        return put.mark.run({ ...entry.mark });
      case "snapshot":
        return put.snapshot.run({ ...entry.snapshot });
      case "version":
        return put.version.run(entry.user, entry.version);
      case "item":
        return put.item.run(entry.user, entry.item.key, entry.item.version, JSON.stringify(entry.item.value));
    }
  }

  return {
    putEntries(entries: readonly ArchiveEntry[]): void {
      for (const entry of entries) putEntry(entry);
    },
  };
}

/** A table's rows as entries. */
const read = <T>(sql: string, entriesOf: (row: T) => readonly ArchiveEntry[]) =>
  function* (db: Database): Iterable<ArchiveEntry> {
    using statement = db.prepare<T, []>(sql);
    for (const row of statement.iterate()) yield* entriesOf(row);
  };

/** Table by table, each in the order of its key; sessions in that of their creation. */
const tables = [
  read<{ name: string; value: string }>("SELECT name, value FROM secrets ORDER BY name", (secret) => [
    { t: "secret", ...secret },
  ]),
  read<Account>(`SELECT ${accountColumns} FROM accounts ORDER BY id`, (account) => [
    { t: "account", account },
  ]),
  read<Session>(`SELECT ${sessionColumns} FROM sessions ORDER BY rowid`, (session) => [
    { t: "session", session },
  ]),
  read<RoomColumns>("SELECT * FROM rooms ORDER BY room", (columns) => writesOfRoom(roomRowOf(columns))),
  read<MembershipColumns>("SELECT * FROM memberships ORDER BY room, user", (columns) =>
    writesOfMembership(membershipRowOf(columns)),
  ),
  read<MessageColumns & { room: RoomId }>(
    `SELECT room, ${messageColumns} FROM messages ORDER BY room, seq`,
    ({ room, ...columns }) => writesOfMessage(room, messageOf(columns)),
  ),
  read<{ room: RoomId; target: Seq; user: UserId; key: string; seq: Seq; on: 0 | 1 }>(
    `SELECT room, target, user, key, seq, "on" FROM reactions ORDER BY room, target, user, key`,
    ({ on, ...reaction }) => [{ t: "reaction", ...reaction, on: on === 1 }],
  ),
  read<{ room: RoomId; sender: UserId; cid: string; hash: string }>(
    "SELECT room, sender, cid, hash FROM closed ORDER BY room, cid, sender",
    (closed) => [{ t: "closed", ...closed }],
  ),
  read<Mark>("SELECT room, user, delivered, read FROM receipts ORDER BY room, user", (mark) => [
    { t: "mark", mark },
  ]),
  read<Snapshot>("SELECT room, seq, position, format, state FROM snapshots ORDER BY room", (snapshot) => [
    { t: "snapshot", snapshot },
  ]),
  read<{ user: UserId; version: number }>("SELECT user, version FROM versions ORDER BY user", (version) => [
    { t: "version", ...version },
  ]),
  read<{ user: UserId; key: string; version: number; value: string }>(
    "SELECT user, key, version, value FROM items ORDER BY user, key",
    ({ user, key, version, value }) => [
      { t: "item", user, item: { key, version, value: JSON.parse(value) as Json } },
    ],
  ),
];

export class SqliteArchive implements Archive {
  readonly #reads: Database;
  readonly #writer: Writer;

  constructor(reads: Database, writer: Writer) {
    this.#reads = reads;
    this.#writer = writer;
  }

  async *entries(): AsyncIterable<ArchiveEntry> {
    for (const table of tables) yield* table(this.#reads);
  }

  async put(entries: readonly ArchiveEntry[]): Promise<void> {
    // They share commits, and keep their order.
    const chunks = chunksOf(entries, limits.writesPerOperationMax);
    await Promise.all(chunks.map((chunk) => this.#writer.run("putEntries", chunk)));
  }
}
