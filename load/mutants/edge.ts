/** Bugs between the log and the people: feeds, resume, documents, sessions. */
import type { Mutant } from "./mutant.ts";

const feed = "test/src/gateway/feed.test.ts";
const enter = "test/src/gateway/enter.test.ts";

export const edgeMutants: Mutant[] = [
  {
    name: "one feed event dropped",
    breaks: "P4",
    file: "src/gateway/feed.ts",
    from: "    if (record.from !== this.seq + 1) {",
    to: "    if (record.from < this.seq + 1) {",
    caughtBy: { file: feed, test: "a record that was lost on its way is repaired from the log" },
  },
  {
    name: "two feed events swapped",
    breaks: "P3",
    file: "src/gateway/feed.ts",
    from: "    for (const record of early) this.#take(record);",
    to: "    for (const record of early.reverse()) this.#take({ ...record, from: this.seq + 1 });",
    caughtBy: { file: feed, test: "two records that were swapped on their way reach readers in order" },
  },
  {
    name: "delivery after removal",
    breaks: "P5",
    file: "src/gateway/feed.ts",
    from: '    this.#attached.delete(subscriber);\n    subscriber.detached(this.room, "left", [this.epoch, removal]);',
    to: '    subscriber.detached(this.room, "left", [this.epoch, removal]);',
    caughtBy: {
      file: feed,
      test: "a removed member gets the lines up to and with the removal, and nothing after it",
    },
  },
  {
    name: "resume that skips one",
    breaks: "P6",
    file: "src/gateway/attach.ts",
    from: "  let after = known ?? 0;",
    to: "  let after = known === null ? 0 : known + 1;",
    caughtBy: { file: feed, test: "a resume sends exactly what lies between the cursor and the head" },
  },
  {
    name: "too far behind isn't said",
    breaks: "P6",
    file: "src/gateway/attach.ts",
    from: '    push(receiver, { t: "limited", room, epoch, from: after + 1, to, head: end });',
    to: '    if (known === null) push(receiver, { t: "limited", room, epoch, from: after + 1, to, head: end });',
    caughtBy: { file: feed, test: "too far behind is said" },
  },
  {
    name: "tombstone that leaves its text behind",
    breaks: "P5",
    file: "actors/room/catch-up.ts",
    from: "    const deleted = gone.get(known.seq) ?? deletedByTarget(known.line, gone);",
    to: "    const deleted = gone.get(known.seq) ?? deletedByTarget(known.line, new Map());",
    caughtBy: { file: feed, test: "a slice and the feed's memory hold no text whose deletion is known" },
  },
  {
    name: "the stored edit of a deleted message stays",
    breaks: "P5",
    file: "src/store/merge/message.ts",
    from: "return { seq: row.seq, event, edit: null, gone: deleted };",
    to: "return { seq: row.seq, event, edit: row.edit, gone: deleted };",
    caughtBy: {
      file: "test/contract/store.test.ts",
      test: "a tombstone takes the content of the message and of its edits",
    },
  },
  {
    name: "the stored text of a deleted message stays",
    breaks: "P5",
    file: "src/store/merge/message.ts",
    from: "{ ...event, line: tombstoneLine(seq, event, deleted), origin",
    to: "{ ...event, line: deleted < 0 ? tombstoneLine(seq, event, deleted) : event.line, origin",
    caughtBy: {
      file: "test/contract/store.test.ts",
      test: "a tombstone takes the content of the message and of its edits",
    },
  },
  {
    name: "receipt that goes back",
    breaks: "P7",
    file: "src/store/sqlite/receipts.ts",
    from: "SET delivered = max(delivered, excluded.delivered), read = max(read, excluded.read)",
    to: "SET delivered = max(delivered, excluded.delivered), read = excluded.read",
    caughtBy: { file: "test/contract/store.test.ts", test: "watermarks only rise, each by itself" },
  },
  {
    name: "revoked session that lives on",
    breaks: "P5",
    file: "src/auth/sessions.ts",
    from: "  return session.revokedAt === null && session.expiresAt > now;",
    to: "  return session.expiresAt > now;",
    caughtBy: {
      file: "test/src/auth/sessions.test.ts",
      test: "a node that missed the revocation learns it from the store",
    },
  },
  {
    name: "a change that comes during hello is lost",
    breaks: "P6",
    file: "src/gateway/admission.ts",
    from: "pending.version = Math.max(pending.version, version);\n  }",
    to: "pending.version = Math.max(pending.version, Math.min(version, 0));\n  }",
    caughtBy: {
      file: enter,
      test: "a change of the account that comes while a socket is admitted is in its welcome",
    },
  },
  {
    name: "a revocation that comes during hello is lost",
    breaks: "P5",
    file: "src/gateway/admission.ts",
    from: "      if (caller?.session === session) connection.close(why);",
    to: "      if (caller === null && session === why) connection.close(why);",
    caughtBy: { file: enter, test: "a session that is revoked while its socket is admitted is closed" },
  },
  {
    name: "a room that can't be read is passed over",
    breaks: "P6",
    file: "src/gateway/resume.ts",
    from: "if (asked || missing || Object",
    to: "if (asked || (missing && asked) || Object",
    caughtBy: {
      file: enter,
      test: "a room that can't be read when its user comes into it is said to be unavailable",
    },
  },
  {
    name: "who comes back too soon stays out",
    breaks: "P6",
    file: "src/gateway/resume.ts",
    from: "this.#bring(connection, 0, { [room]: cursor }, false)",
    to: 'this.#bring(connection, 0, room === "" ? { [room]: cursor } : {}, false)',
    caughtBy: {
      file: enter,
      test: "who was removed and added again before the feed had got there is live in the end",
    },
  },
];

export const neutral: Mutant[] = [
  {
    name: "neutral: a frame is joined in two steps",
    breaks: null,
    file: "actors/room/frame.ts",
    from: 'lines.join(",\\n")',
    to: '[...lines].join(",\\n")',
    caughtBy: null,
  },
  {
    name: "neutral: the smaller seq is asked first",
    breaks: null,
    file: "actors/room/state.ts",
    from: "  if (event.seq !== room.seq + 1) {",
    to: "  if (room.seq + 1 !== event.seq) {",
    caughtBy: null,
  },
];
