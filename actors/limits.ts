/** Every bound, named, with its unit and its reason. Relations between them are asserted in test/actors/limits.test.ts. */
export const limits = {
  // What people write
  /** A long post is a page. */
  textBytesMax: 16_384,
  nameCharsMax: 64,
  aboutCharsMax: 500,
  /** A family emoji with skin tones has 41 bytes. */
  reactionBytesMax: 64,
  mentionsMax: 50,
  /** Kinds of reactions that one user may have standing on one post. */
  reactionsPerUserMax: 10,
  /** Reactions that a page names per post, the first ones: 100 posts of them are 20,000 rows, some 20 ms. */
  reactionsListMax: 200,
  /** Of one post: deleting it rewrites them all in one go. */
  editsMax: 1_000,
  /** Older versions of one message that are listed, the newest ones: up to 1.6 MB. */
  versionsMax: 100,
  /** Login names: what fits a mention and a URL. */
  loginCharsMin: 2,
  loginCharsMax: 32,
  /** A UUID fits, with room for a prefix. */
  deviceCharsMax: 64,
  /** OWASP: 8 with more factors, 15 alone is what NIST asks; we ask 10 and slow guessing. */
  passwordCharsMin: 10,
  /** Argon2 hashes what it gets; this bounds its work. */
  passwordCharsMax: 256,

  // Rooms
  /** State holds every member (about 200 B each): 2 MB for the largest room. Larger ones are channels. */
  membersMax: 10_000,
  /** One command adds at most this many people, so that its events fit one record. */
  addMax: 100,
  bannedMax: 10_000,
  /** Rooms that one account may be in: an account sync stays one bulk read. */
  roomsPerUserMax: 1_000,
  /** Joinings of one member in one room: every look at them copies the list, 0.3 ms for so many. */
  intervalsMax: 1_000,
  /** Changes of a room's history rule: the same. */
  rulesMax: 1_000,
  /** Some 400 B each (measured): 7 MB for the largest cache. Four full mailboxes: what is sent again is mostly younger. */
  cidsMax: 16_384,
  /** Older ones are looked up: what a node remembers follows what is sent, not how many rooms are busy. A retry comes within a minute, mostly. */
  cidsKeptMs: 5 * 60_000,
  /** Bounds what a wrong client clock costs; correctness needs no clock. */
  cidAheadMs: 60_000,
  /** Deletions that a room remembers to judge older facts by. */
  deletionsMax: 1_024,

  // The log
  /** JetStream refuses above 256 KiB with headers (measured). */
  recordBytesMax: 240 * 1_024,
  /** Frames of one room's records that are read from the log at once: some milliseconds. */
  tailBytesMax: 1_048_576,
  /** A turn of 256 commands reaches 100 k/s at 2 ms per append (measured). */
  turnCommandsMax: 256,
  /** Content that was deleted leaves the log after this. */
  logKeptMs: 14 * 24 * 3_600_000,
  /** Rooms of one stream whose refused record is kept for an operator; of more it is counted only, and the stream counts as lagging. */
  deadLettersMax: 1_000,
  /** What is kept of such a record: the largest that NATS takes from us. */
  deadLetterBytesMax: 256 * 1_024,
  /** History that lags further stops appends: eleven days are left to mend it before records leave the log unread. */
  historyLagMaxMs: 3 * 24 * 3_600_000,
  /** How often its lag is looked at: a read per stream. */
  lagLookMs: 60_000,
  /** A snapshot is written after so many events: recovery replays at most about this much. */
  snapshotEvery: 500,

  // NATS
  /** What the server must take besides a record: one fence. */
  recordHeaderBytesMax: 1_024,
  /** An append without an answer for so long is unknown: a commit takes milliseconds, and senders have 15 s in all. */
  appendMs: 4_000,
  /** A read without an answer for so long: no leader. Whoever asked can ask again. */
  logReadMs: 2_000,
  /** Ours have 22. A longer one is nobody's room, and no subject. */
  roomIdCharsMax: 64,
  /** The same of a replica, which may be frozen: the leader is asked then. */
  replicaReadMs: 500,
  /** First pause while another write of the same room is in flight; they double: a commit takes about a millisecond. */
  fencePauseMs: 2,
  /** Rooms of one bulk read of heads: the server answers at most 1,024 (measured: 8.6 ms). */
  headsPerReadMax: 1_000,
  /** Up to so many heads are asked one by one: cheaper than the stream's state and a bulk. */
  headsSingleMax: 4,
  /** Single reads in flight for one call. */
  headsAtOnce: 64,
  /** Records of one batch from the log. */
  recordsPerReadMax: 500,
  /** Bytes of one batch from the log: a quarter of what a server keeps for a slow client. */
  readBytesMax: 16 * 1_048_576,
  /** A silent server is left after two of these: frozen ones don't close their sockets. */
  natsPingMs: 2_000,
  reconnectPauseMs: 100,
  /** A start waits so long for streams to have leaders: an election takes 4 to 9 s (measured). */
  logOpenMs: 20_000,

  // The embedded database
  /** A group takes this much time of appends and other urgent writes: more than a commit, less than people feel. */
  groupMs: 4,
  /** A group of history takes this much, some 100 rows: what a backlog adds to an append's wait. */
  groupBackgroundMs: 1,
  /** Projected writes or receipts of one operation: about 1 ms. */
  writesPerOperationMax: 32,
  /** Records that one operation projects: about 1 ms. */
  recordsPerOperationMax: 16,
  /** Records of one trimming operation: deleting is overwriting, about 2 ms. */
  trimmedPerOperationMax: 100,
  /** The WAL is copied into the database after so many pages (4 KiB): SQLite's own default, some ms. */
  walPagesMax: 1_000,
  /** A WAL that grew larger, during a backup say, is cut back to this. */
  walKeptBytesMax: 64 * 1_048_576,
  /** Below this a disk counts as full: a WAL, its copy, and time to act. */
  diskFreeBytesMin: 256 * 1_048_576,
  /** A start looks through databases up to this size for damage: about 1 s, of the 3 s that a start may take. */
  startCheckBytesMax: 1_073_741_824,

  // Looking and moving
  /** What doesn't answer the doctor by then is away. */
  doctorMs: 3_000,
  /** A line of an export: the longest are snapshots, 2 MB for the largest room. */
  exportLineBytesMax: 16 * 1_048_576,
  /** Entries that an import writes at once: about 10 ms. */
  importBatchMax: 500,

  // MongoDB
  /** An operation takes no longer: what an ask waits. An election takes some 10 s after a kill, under 1 s in a step-down. */
  storeMs: 10_000,
  /** Operations at once; others wait. One is a thread of mongod. */
  storeConnectionsMax: 50,
  /** A connection that nobody needed for so long is closed: each member that was primary would keep its fifty. */
  storeIdleMs: 30_000,
  /** Memberships of one transaction: three documents each, well below what MongoDB advises (1,000). */
  membershipsPerTransactionMax: 100,
  /** Failed attempts of one key that are counted: the delay is at its longest far below. */
  attemptsPerKeyMax: 1_000,

  // Actors
  roomMailboxMax: 4_096,
  userMailboxMax: 256,
  roomsResidentMax: 20_000,
  usersResidentMax: 50_000,
  /** An idle room costs its state; recovering one costs a read. */
  idleMs: 120_000,
  recoveriesMax: 50,
  restartsMax: 3,
  restartWindowMs: 60_000,
  restartDelayMs: 100,
  /** A log that was away must not keep a room away for as long again: who asks waits less. `recoveriesMax` bounds what tries cost. */
  restartDelayMaxMs: 2_000,
  quarantineMs: 30_000,
  askTimeoutMs: 10_000,
  /** Asks expire at multiples of this, so that thousands share one timer: at most this late. */
  askTickMs: 16,
  /** Turns of one actor in a row before others get the loop: small ones take well under a millisecond. */
  sliceTurnsMax: 64,
  /** A batch that was fenced so often belongs to another owner. */
  decideAgainMax: 3,
  /** A full mailbox is worked off within a second, or the log is in trouble. */
  overloadedRetryMs: 1_000,
  /** Idle actors that one sweep sends away before others get the loop. */
  sweepMax: 256,
  /** Busy actors that the cap on residents passes over before it refuses. */
  busyLookMax: 16,

  // Between nodes
  heartbeatMs: 1_000,
  /** A node that missed so many is gone: four seconds at most, as long as a stream's election takes. */
  heartbeatsMissedMax: 3,
  /** Each hears all others' heartbeats: some hundred a second are nothing. */
  nodesMax: 256,
  /** One attempt at another node's actor: three of them fit the budget of a command. */
  routeMs: 5_000,
  /** Rooms that a leaving node asks others to load: what one recovers in about a second. */
  warmMax: 1_000,
  /** Log or store are asked so often whether they are there; silent for three times as long isn't ready. */
  pulseMs: 2_000,
  /** Without an answer of the log's leaders a node can't know what its sockets miss. An election takes up to 6.4 s (measured). */
  cutOffMs: 10_000,
  /** What a watcher knows of a user's connections at one node, unless that node says it again. */
  presenceLeaseMs: 60_000,

  // Connections
  /** The largest request: a post of textBytesMax, every byte escaped as \u00XX, fits. */
  frameBytesMax: 128 * 1_024,
  /** Nesting of a request: the deepest one is 5. */
  depthMax: 16,
  helloBytesMax: 4_096,
  helloMs: 5_000,
  /** Admissions in work: each is four reads, and a store has some hundred connections. */
  hellosAtOnce: 64,
  unauthenticatedMax: 2_000,
  unauthenticatedPerAddressMax: 200,
  connectionsPerSessionMax: 20,
  sessionsPerUserMax: 20,
  /** Ended sessions that an account remembers, for clients that haven't heard: older ones are as if they had never been. */
  endedSessionsMax: 100,
  /** Requests of one connection that may be in work: 64 pipelined sends and some reads. */
  inFlightMax: 128,
  /** Bun keeps up to this per socket; more is a slow reader. */
  outboxBytesMax: 1_048_576,
  /** A resume waits while so much waits to leave, and reads about so much at once: a quarter of a slow reader. */
  resumeBytesMax: 262_144,
  /** Rooms that one resume attaches before others get the loop: some milliseconds of reads. */
  resumeSliceMax: 8,
  /** Live records held while a session is attached: so many, … */
  heldFramesMax: 1_000,
  /** … and so much text (UTF-16 units). With the outbox a slow reader costs twice its bound. */
  heldBytesMax: 1_048_576,
  resumeRoomsMax: 1_000,
  /** Resume and sync frames of one connection that may wait: all rooms of an account fit one. */
  attachingMax: 32,
  /** Further behind than this, a resume gets `limited` and the newest page. */
  resumeEventsMax: 1_000,
  /** Events in one slice of a resume or page. */
  sliceEventsMax: 100,
  pageMax: 100,
  newestPage: 50,
  /** A feed's memory of the newest lines: reconnect storms read it instead of the store. */
  ringEventsMax: 500,
  /** It is cut when it holds twice of either: 500 lines of half a kilobyte. Longer ones are read again. */
  ringBytesMax: 262_144,
  /** Connections flushed before the loop gets a turn: 256 writes are about 1 ms. */
  flushSliceMax: 256,
  /** A socket that took nothing from one ping to the next but one is closed as slow, also if it says pong. */
  pingMs: 25_000,
  /** Three pings. */
  idleTimeoutS: 75,
  drainMs: 10_000,
  /** A process that was told to stop ends by then: supervisors kill after 30 s. Leaving and stopping may take drainMs each. */
  stopMs: 25_000,
  /** How often a node looks whether it rests … */
  restLookMs: 2_000,
  /** … which it does while it uses no more of a processor in between, … */
  restCpuMs: 100,
  /** … and how much of the processor's time must lie between two collections at rest. */
  restWorkMs: 1_000,

  /** Users and addresses whose request rate is remembered: about 10 MB. */
  rateKeysMax: 100_000,
  /** What one read of a user's budget pays for, a millisecond or two: a slice of rooms' summaries, … */
  summariesAtOnce: 10,
  /** … or people's profiles or presences. */
  usersAtOnce: 50,
  /** Slices of summaries that are made in one turn of the loop, whoever asks: about 5 ms. */
  slicesAtOnce: 2,
  /** Lists that wait for their next slice: two seconds or three. */
  slicesWaitingMax: 1_000,
  /** When to try again while the log takes nothing: a failover lasts seconds. */
  unavailableRetryMs: 1_000,
  /** Profiles per lookup: the names on two screens. */
  lookupMax: 100,
  /** Items in one page of an account sync: about 100 KB. Far above what one transaction changes. */
  syncItemsMax: 500,

  // Receipts, typing, presence
  receiptsFlushMs: 250,
  /** Above this, receipts are counts and typing is off. */
  receiptsListMax: 100,
  /** Rooms of one resume whose watermarks are read at once: about a millisecond. */
  returnedSliceMax: 100,
  unreadExactMax: 1_000,
  /** Posts that counting unread ones looks at, one's own included: about 1 ms. Where there are more, it says "more". */
  unreadLookMax: 2_000,
  explainMax: 1_000,
  /** Notes of one connection and room closer together than this say nothing new: clients send one every 3 s. */
  typingGapMs: 2_000,
  watchMax: 500,
  /** A lost tell costs at most this. */
  versionCheckMs: 30_000,

  // Tokens
  accessMs: 10 * 60_000,
  refreshIdleMs: 90 * 24 * 3_600_000,
  refreshGraceMs: 20_000,
  keyRotateMs: 30 * 24 * 3_600_000,
  loginWindowMs: 15 * 60_000,
  /** Free failures per account and address before delays begin. */
  loginFreeFailures: 5,
  loginDelayMaxMs: 60_000,
  /** One address may be an office: its own budget is ten accounts' wide. */
  addressFreeFailures: 50,
  /** 64 MiB each: four at once are 256 MiB. */
  hashesAtOnce: 4,
  /** 64 waiting logins are served in about 3 s on two cores (100 ms a hash); later ones come back. */
  hashesWaitingMax: 64,
  /** Even a session in daily use ends: a stolen device isn't signed in for ever (RFC 9700). */
  sessionLifeMs: 365 * 24 * 3_600_000,
  /** Ours have about 300 characters; the rest isn't worth a look. */
  accessTokenCharsMax: 1_024,
  /** An unknown key id asks the store no more often than this, whoever makes them up. */
  keyReloadMs: 1_000,
  /** Sessions remembered as ended until their access tokens expire: about 10 MB. */
  revokedMax: 100_000,
} as const;
