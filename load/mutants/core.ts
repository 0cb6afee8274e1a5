/** Bugs in the room and its actor. */
import type { Mutant } from "./mutant.ts";

const turns = "test/actors/room/turn.test.ts";
const sourced = "test/actors/runtime/event-sourced.test.ts";
const log = "test/contract/log.test.ts";

export const coreMutants: Mutant[] = [
  {
    name: "reply before commit",
    breaks: "P1",
    file: "actors/runtime/event-sourced.ts",
    from: 'if (decided.needs === "nothing") envelope.reply(decided.reply);',
    to: 'if (decided.needs !== "verify") envelope.reply(decided.reply);',
    caughtBy: { file: sourced, test: "holds replies until the append is durable" },
  },
  {
    name: "publish before commit",
    breaks: "P1",
    file: "src/log/sqlite.ts",
    from: "    const { frame, server, ...head } = draft;",
    to: `    this.#delivery.committed({ ...draft, room, position: expected + 1, prev: expected });
    const { frame, server, ...head } = draft;`,
    caughtBy: { file: log, test: "a fenced append is never published" },
  },
  {
    name: "no cid check",
    breaks: "P2",
    file: "actors/room/turn.ts",
    from: "    if (known !== undefined) {",
    to: "    if (known !== undefined && known.outcome.closed) {",
    caughtBy: { file: turns, test: "a retry after an unknown outcome returns the original seq" },
  },
  {
    name: "cid cache without t",
    breaks: "P2",
    file: "actors/room/known-cids.ts",
    from: "return cidTime(cid) > this.#t || (looked !== undefined && looked >= this.#w);",
    to: "return cidTime(cid) > 0 || (looked !== undefined && looked >= this.#w + this.#t);",
    caughtBy: { file: turns, test: "an evicted cid is looked up, never taken for new" },
  },
  {
    name: "looked unchecked",
    breaks: "P2",
    file: "actors/room/known-cids.ts",
    from: "return cidTime(cid) > this.#t || (looked !== undefined && looked >= this.#w);",
    to: "return cidTime(cid) > this.#t || looked !== undefined;",
    caughtBy: { file: turns, test: "a look that was complete up to w makes it new; an older one doesn't" },
  },
  {
    name: "refusal not recorded",
    breaks: "P2",
    file: "actors/room/turn.ts",
    from: '    if (!final || !(command.again || command.do === "landed")) return { reply, needs: "verify" };',
    to: '    if (!final || command.do !== "landed") return { reply, needs: "verify" };',
    caughtBy: {
      file: turns,
      test: "a refusal of something sent before is recorded, and every later attempt finds it",
    },
  },
  {
    name: "another body under the same cid",
    breaks: "P2",
    file: "actors/room/turn.ts",
    from: 'if (command.do !== "landed" && known.hash !== command.hash)',
    to: 'if (command.do !== "landed" && known.hash === "")',
    caughtBy: { file: turns, test: "the same cid with another body is a conflict" },
  },
  {
    name: "a twin in one turn is answered at once",
    breaks: "P1",
    file: "actors/room/turn.ts",
    from: 'const needs = known.durable ? "nothing" : "append";',
    to: 'const needs = known.durable ? "verify" : "nothing";',
    caughtBy: { file: turns, test: "the second attempt waits for the append too" },
  },
  {
    name: "no fence",
    breaks: "P3",
    file: "src/log/memory.ts",
    from: "if (head.position !== expected) throw new Fenced",
    to: "if (head.position < expected) throw new Fenced",
    caughtBy: { file: log, test: "an append that expects another head is fenced and writes nothing" },
  },
  {
    name: "no verify",
    breaks: "P2",
    file: "actors/runtime/event-sourced.ts",
    from: "if (held.length > 0 && !(await this.#verify(loaded.position))) return false;",
    to: "if (held.length > 100 && !(await this.#verify(loaded.position))) return false;",
    caughtBy: { file: sourced, test: "reloads and decides again when somebody else wrote" },
  },
  {
    name: "a failed append keeps its state",
    breaks: "P1",
    file: "actors/runtime/event-sourced.ts",
    from: "      this.#loaded = null;\n      mail = [",
    to: "      this.#loaded = loaded;\n      mail = [",
    caughtBy: { file: sourced, test: "that is fenced is decided again on the reloaded state" },
  },
  {
    name: "anybody edits",
    breaks: "P5",
    file: "actors/room/posting.ts",
    from: 'if (command.target.by !== command.by) return { error: refuse("forbidden") };',
    to: 'if (command.target.by === "") return { error: refuse("forbidden") };',
    caughtBy: { file: "test/actors/room/permissions.test.ts", test: "only the author edits" },
  },
  {
    name: "history before joining",
    breaks: "P5",
    file: "actors/room/sight.ts",
    from: 'return sight.role !== null && ruleAt(sight.rules, seq) === "everyone";',
    to: 'return sight.role !== null && ruleAt(sight.rules, seq) !== "everyone";',
    caughtBy: {
      file: "test/actors/room/sight.test.ts",
      test: "with history from joining, only from there on",
    },
  },
];
