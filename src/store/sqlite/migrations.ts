/**
 * The database's schema as numbered steps: step i leads from version i to i + 1. A step that was
 * released never changes; a change is a new step at the end. Each index names the query that it serves.
 */
export const migrations: readonly string[] = [
  `
  -- The log. Position: place in the stream. Trimming takes the oldest rows.
  CREATE TABLE records (
    position INTEGER PRIMARY KEY,
    room TEXT NOT NULL,
    prev INTEGER NOT NULL,
    epoch TEXT NOT NULL,
    "from" INTEGER NOT NULL,
    count INTEGER NOT NULL,
    at INTEGER NOT NULL,
    frame TEXT NOT NULL,
    server TEXT NOT NULL
  ) STRICT;
  CREATE INDEX records_tail ON records (room, position); -- Log.tail
  CREATE INDEX records_trim ON records (at); -- Log.trim

  -- The fence: the last record of each room. Trimming never touches it.
  CREATE TABLE heads (room TEXT PRIMARY KEY, position INTEGER NOT NULL, seq INTEGER NOT NULL)
    WITHOUT ROWID, STRICT;

  CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE, -- Accounts.byName
    display TEXT NOT NULL,
    about TEXT NOT NULL,
    password TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    lastSeenAt INTEGER NOT NULL
  ) WITHOUT ROWID, STRICT;

  CREATE TABLE sessions (
    id TEXT NOT NULL UNIQUE, -- Sessions.byId
    user TEXT NOT NULL,
    device TEXT NOT NULL,
    label TEXT NOT NULL,
    createdAt INTEGER NOT NULL,
    lastSeenAt INTEGER NOT NULL,
    expiresAt INTEGER NOT NULL,
    counter INTEGER NOT NULL,
    rotatedAt INTEGER NOT NULL,
    revokedAt INTEGER
  ) STRICT;
  CREATE INDEX sessions_live ON sessions (user, createdAt) WHERE revokedAt IS NULL; -- Sessions.ofUser, the cap

  -- What clients mirror of their account. value: JSON.
  CREATE TABLE versions (user TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE items (
    user TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (user, key)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX items_since ON items (user, version); -- Items.since

  -- doc: JSON of merge/room.ts' fields and rules. members is counted by membership writes.
  CREATE TABLE rooms (
    room TEXT PRIMARY KEY,
    seq INTEGER NOT NULL,
    ord INTEGER NOT NULL,
    at INTEGER NOT NULL,
    members INTEGER NOT NULL,
    doc TEXT NOT NULL
  ) WITHOUT ROWID, STRICT;

  -- turns: JSON of merge/membership.ts.
  CREATE TABLE memberships (
    room TEXT NOT NULL,
    user TEXT NOT NULL,
    role TEXT,
    banned INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    turns TEXT NOT NULL,
    PRIMARY KEY (room, user)
  ) WITHOUT ROWID, STRICT;
  CREATE INDEX memberships_user ON memberships (user); -- Memberships.ofUser
  CREATE INDEX memberships_banned ON memberships (room, user) WHERE banned = 1; -- Memberships.banned

  -- One row per seq. line NULL: something about the seq came before its event.
  -- mentions and edit: JSON. gone: seq of the deletion.
  CREATE TABLE messages (
    room TEXT NOT NULL,
    seq INTEGER NOT NULL,
    line TEXT,
    at INTEGER,
    ord INTEGER,
    "by" TEXT,
    kind TEXT,
    cid TEXT,
    hash TEXT,
    origin TEXT,
    n INTEGER,
    target INTEGER,
    mentions TEXT,
    edit TEXT,
    gone INTEGER,
    PRIMARY KEY (room, seq)
  ) WITHOUT ROWID, STRICT;
  -- Messages.outcome, and P2 itself. The cid comes before the sender: cids grow, so that inserts stay local.
  CREATE UNIQUE INDEX messages_cid ON messages (room, cid, "by") WHERE cid IS NOT NULL;
  CREATE INDEX messages_unread ON messages (room, seq, "by") WHERE kind = 'posted' AND gone IS NULL; -- Messages.unread
  CREATE INDEX messages_edits ON messages (room, target) WHERE kind = 'edited'; -- Messages.versions, tombstones

  -- Whom a post mentions as it is now, its author apart: Messages.mentions.
  CREATE TABLE mentions (room TEXT NOT NULL, user TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (room, user, seq))
    WITHOUT ROWID, STRICT;

  CREATE TABLE reactions (
    room TEXT NOT NULL,
    target INTEGER NOT NULL,
    user TEXT NOT NULL,
    key TEXT NOT NULL,
    seq INTEGER NOT NULL,
    "on" INTEGER NOT NULL,
    PRIMARY KEY (room, target, user, key)
  ) WITHOUT ROWID, STRICT;

  -- Recorded refusals.
  CREATE TABLE closed (room TEXT NOT NULL, sender TEXT NOT NULL, cid TEXT NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (room, cid, sender)) WITHOUT ROWID, STRICT;

  CREATE TABLE receipts (
    room TEXT NOT NULL, user TEXT NOT NULL, delivered INTEGER NOT NULL, read INTEGER NOT NULL,
    PRIMARY KEY (room, user)
  ) WITHOUT ROWID, STRICT;

  -- Rows of up to some megabytes: kept out of the tree's inner pages.
  CREATE TABLE snapshots (
    room TEXT PRIMARY KEY, seq INTEGER NOT NULL, position INTEGER NOT NULL, format INTEGER NOT NULL, state TEXT NOT NULL
  ) STRICT;

  CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;

  CREATE TABLE attempts (key TEXT NOT NULL, at INTEGER NOT NULL, until INTEGER NOT NULL) STRICT;
  CREATE INDEX attempts_read ON attempts (key, at); -- Attempts.read
  CREATE INDEX attempts_over ON attempts (until); -- forgetting what no window reaches

  CREATE TABLE checkpoints (stream INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;
  `,
  `
  -- Counting needs current rooms only, and nothing but the index.
  DROP INDEX memberships_user;
  CREATE INDEX memberships_current ON memberships (user) WHERE role IS NOT NULL; -- Memberships.roomsOf
  `,
  `
  -- Only what stands: whoever toggles a thousand keys makes no read longer.
  CREATE INDEX reactions_first ON reactions (room, target, seq) WHERE "on" = 1; -- Messages.fields
  CREATE INDEX reactions_by ON reactions (room, target, user) WHERE "on" = 1; -- Messages.reactionsBy
  `,
  `
  CREATE INDEX messages_settings ON messages (room, kind, seq)
    WHERE kind IN ('created', 'renamed', 'described', 'history', 'access'); -- Messages.settings
  `,
  `
  -- Trimming walks from the oldest position: each append writes a page less.
  DROP INDEX records_trim;
  `,
  `
  -- With gone it covers its queries. Messages.unread, Messages.newestPost
  DROP INDEX messages_unread;
  CREATE INDEX messages_unread ON messages (room, seq, "by", gone) WHERE kind = 'posted' AND gone IS NULL;
  `,
  `
  CREATE INDEX memberships_former ON memberships (room, user) WHERE role IS NULL; -- Receipts.counts
  `,
  `
  -- Every post is held against it: one comparison instead of five. Messages.settings
  DROP INDEX messages_settings;
  CREATE INDEX messages_settings ON messages (room, kind, seq) WHERE kind <> 'posted';
  `,
];
