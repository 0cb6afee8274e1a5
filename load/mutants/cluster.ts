/** Bugs in what makes a cluster of nodes: the log on JetStream, the documents in MongoDB, routing, drain, moving. */
import type { Mutant } from "./mutant.ts";

const log = "test/contract/log.test.ts";
const jetstream = "test/src/log/jetstream.test.ts";
const errors = "test/src/store/mongo/errors.test.ts";
const convergence = "test/src/store/mongo/convergence.test.ts";
const nodes = "test/src/cluster/nodes.test.ts";
const router = "test/src/cluster/router.test.ts";
const users = "test/src/cluster/users.test.ts";
const move = "test/src/move/move.test.ts";

export const clusterMutants: Mutant[] = [
  {
    name: "refusal not recorded",
    breaks: "P2",
    file: "src/cluster/router.ts",
    from: "encoded({ ...letter, timeoutMs })",
    to: "encoded({ ...letter, command: { ...letter.command, again: false }, timeoutMs })",
    caughtBy: {
      file: nodes,
      test: "a refusal of something sent before is final, whichever node it came from",
    },
  },
  {
    name: "append without expected sequence",
    breaks: "P3",
    file: "src/log/jetstream/log.ts",
    from: "      if (code === wrongLast) throw",
    to: `      const head = Number(description.split(": ")[1]);
      if (code === wrongLast && head > 0) return await this.append(room, head, draft);
      if (code === wrongLast) throw`,
    caughtBy: { file: log, test: "an append that expects another head is fenced and writes nothing" },
  },
  {
    name: "unknown outcome appended again",
    breaks: "P2",
    file: "src/log/jetstream/log.ts",
    from: "      const { seq, error } = await this.#publish(subject, expected, record);",
    to: `      const publish = () => this.#publish(subject, expected, record);
      const { seq, error } = await publish().catch(publish);`,
    caughtBy: {
      file: jetstream,
      test: "an append whose answer was lost is unknown, and isn't sent a second time",
    },
  },
  {
    name: "feed that ignores a hole",
    breaks: "P4",
    file: "src/gateway/feed.ts",
    from: "      this.#wait(record);\n      this.#repair().catch(this.#sources.onFailure);\n",
    to: "      this.#wait(record);\n",
    caughtBy: {
      file: users,
      test: "a live record that was lost is found when the next one comes, or within 30 s when none comes",
    },
  },
  {
    name: "heads never compared",
    breaks: "P4",
    file: "src/gateway/feeds.ts",
    from: "      if (known.length === 0) continue;",
    to: "      if (known.length >= 0) continue;",
    caughtBy: {
      file: users,
      test: "what happened while a node's connections were broken is asked for when they are back",
    },
  },
  {
    name: "membership change that is late on one node",
    breaks: "P5",
    file: "src/gateway/feed.ts",
    from: "    const leaving = exits.test(frame) ? leavers(lines) : null;",
    to: "    const leaving = exits.test(frame) && this.#repairing === null ? leavers(lines) : null;",
    caughtBy: { file: users, test: "who was removed sees nothing after it on a node that lost the news" },
  },
  {
    name: "checkpoint before data",
    breaks: "P1",
    file: "src/store/mongo/projection.ts",
    from: "    await writeMessages(connection, bulk.messages);",
    to: `    if (upTo !== undefined) await this.#advance(upTo);
    await writeMessages(connection, bulk.messages);`,
    caughtBy: {
      file: errors,
      test: "a write that only the primary has isn't acknowledged, and no checkpoint follows it",
    },
  },
  {
    name: "non-commutative projection",
    breaks: "P3",
    file: "src/store/mongo/message-writer.ts",
    // An event that comes after its edit or its deletion is dropped.
    from: "const joined = [...bulk.filter(({ row }) => row.event === null), ...known];",
    to: "const joined = bulk.filter(({ row }) => row.event === null || known.length > bulk.length);",
    caughtBy: {
      file: convergence,
      test: "after each bulk of writes in any order MongoDB answers as memory does",
    },
  },
  {
    name: "closed cids that the documents forget",
    breaks: "P2",
    file: "src/store/mongo/message-writer.ts",
    from: 'bulk: Bulk["closed"]): Promise<void> {\n  if (bulk.length === 0) return;',
    to: 'bulk: Bulk["closed"]): Promise<void> {\n  if (bulk.length <= 1) return;',
    caughtBy: {
      file: convergence,
      test: "after each bulk of writes in any order MongoDB answers as memory does",
    },
  },
  {
    name: "drain that drops the mailbox",
    breaks: "P1",
    file: "src/cluster/router.ts",
    from: "    if (this.#deciding > 0) {",
    to: "    if (this.#deciding > 0 && this.#stops.length === 0) {",
    caughtBy: {
      file: nodes,
      test: "a node that leaves under load has decided all that it took",
    },
  },
  {
    name: "silence is taken for absence",
    breaks: "P2",
    file: "src/cluster/router.ts",
    from: "        this.counts.silent++;\n        return timeout;",
    to: "        this.counts.silent++;\n        return null;",
    caughtBy: { file: router, test: "an owner that takes too long isn't passed over" },
  },
  {
    name: "a broken bus says that nobody is there",
    breaks: "P2",
    file: "src/bus/nats.ts",
    from: 'if (how === "cut" && answers.length === 0) throw',
    to: 'if (how === "cut" && answers.length > 0) throw',
    caughtBy: {
      file: jetstream,
      test: "without its server it refuses at once, and goes on by itself when the server is back",
    },
  },
  {
    name: "revocation that stays on one node",
    breaks: "P5",
    file: "src/auth/sessions.ts",
    from: "    revoked.add(ended);\n",
    to: "    revoked.add(ended);\n    if (revoked.has(ended[0] ?? user)) return;\n",
    caughtBy: { file: users, test: "a revoked session's sockets are closed on every node within a second" },
  },
  {
    name: "resume from the projection without the tail",
    breaks: "P6",
    file: "src/gateway/feed.ts",
    from: "    return catchUp(this.#sources, this.room, after, max);",
    to: `    const log = Object.assign(Object.create(this.#sources.log), { tail: async () => [] });
    return catchUp({ ...this.#sources, log }, this.room, after, max);`,
    caughtBy: {
      file: users,
      test: "who resumes where nobody was gets what isn't in the documents yet",
    },
  },
  {
    name: "every node reads every stream",
    breaks: "P8",
    file: "src/readers/history.ts",
    from: 'members.with("readers")) === members.node;',
    to: 'members.with("readers")) !== null;',
    caughtBy: {
      file: nodes,
      test: "history is read by one node for each stream, and by the next one when that leaves or dies",
    },
  },
  {
    name: "history passes over what it can't apply",
    breaks: "P1",
    file: "src/readers/stream-reader.ts",
    from: "    const upTo = Math.min(position, ...[...this.parked.values()].map((first) => first - 1));",
    to: "    const upTo = position;",
    caughtBy: {
      file: "test/src/readers/parking.test.ts",
      test: "a record that can't be applied parks its room, not the others, and the checkpoint stays before it",
    },
  },
  {
    name: "a stream with other settings is taken",
    breaks: "P1",
    file: "src/log/jetstream/streams.ts",
    from: "  if (wrong.length > 0) {",
    to: "  if (wrong.length > fixed.length) {",
    caughtBy: { file: jetstream, test: "with other settings is refused, each of them named" },
  },
  {
    name: "import that renumbers",
    breaks: "P4",
    file: "src/move/import.ts",
    from: "    if (moved === null) continue;\n",
    to: '    if (moved === null) continue;\n    if (moved.t === "event") Object.assign(moved, { seq: moved.seq + 1 });\n',
    caughtBy: {
      file: move,
      test: "holds what was only in the log, and its import answers with the same lines",
    },
  },
  {
    name: "a final export leaves its source open",
    breaks: "P3",
    file: "src/move/export.ts",
    from: "  await close(secrets);",
    to: "  if (closed) await close(secrets);",
    caughtBy: {
      file: move,
      test: "that is final closes the source for ever, and its import keeps epochs and versions",
    },
  },
];

export const clusterNeutral: Mutant[] = [
  {
    name: "neutral: the stream of a room by its lowest bits",
    breaks: null,
    file: "src/log/jetstream/subjects.ts",
    from: "(hash >>> 0) % streamCount",
    to: "hash & (streamCount - 1)",
    caughtBy: null,
  },
  {
    name: "neutral: answers are counted the other way round",
    breaks: null,
    file: "src/bus/nats.ts",
    from: "return answers.length >= enough;",
    to: "return !(answers.length < enough);",
    caughtBy: null,
  },
];
