/** A small history in which everything is right: tests break one thing in it. */
import type { RoomEvent } from "../../../actors/room/events.ts";
import { bodyOf } from "./durable.ts";
import { type Command, type Copy, emptyHistory, type History, type Seen } from "./history.ts";
import { type Event, Truth } from "./truth.ts";

const settings = { kind: "group", name: "", about: "", history: "joined", join: "closed" } as const;

/** Who did what, in the order of the log: seq i + 1 was durable at 10 · (i + 1). */
const story: [by: string, event: RoomEvent][] = [
  [
    "ana",
    {
      kind: "created",
      room: settings,
      members: [
        { user: "ana", role: "owner" },
        { user: "ben", role: "member" },
      ],
    },
  ],
  ["ana", { kind: "posted", text: "one" }],
  ["ben", { kind: "posted", text: "two" }],
  ["ana", { kind: "added", user: "chi", role: "member" }],
  ["chi", { kind: "posted", text: "three" }],
  ["ben", { kind: "edited", target: 3, text: "two!" }],
  ["ana", { kind: "deleted", target: 2, author: "ana" }],
  ["ana", { kind: "removed", user: "chi" }],
  ["ben", { kind: "reacted", target: 5, key: "👍", on: true }],
  ["ana", { kind: "posted", text: "four" }],
];

export const last = story.length;

export function given(): History {
  const history = emptyHistory();
  let ord = 0;
  const events = story.map(([by, event], i): Event => {
    if (event.kind === "posted") ord++;
    return { seq: i + 1, at: 10 * (i + 1), ord, by, ...event };
  });
  history.logs.push({
    room: "R",
    records: events.map((event, i) => ({
      ...{ t: 10 * (i + 1), from: i + 1, lines: [JSON.stringify(event)], closed: [] },
      parts: [{ by: event.by, cid: `c${i + 1}`, n: 1 }],
    })),
  });
  history.commands = events.map((event) => commandOf(event));
  const truth = truthOf(history);
  for (const user of ["ana", "ben", "chi"]) watch(history, truth, user);
  history.reads.push({
    ...{
      user: "ben",
      device: "ben's",
      room: "R",
      sighted: true,
      invoked: 110,
      answered: 111,
      head: last,
      knew: last,
    },
    ...{ from: 1, to: last },
    fields: [
      { seq: 3, by: [6], text: "two!", reactions: [] },
      { seq: 5, by: [9], text: null, reactions: ["ben 👍"] },
    ],
  });
  const mark = { user: "ben", device: "ben's", room: "R", sighted: true, kind: "read", knew: last } as const;
  history.marks.push({ ...mark, seq: 5, invoked: 120, answered: 121, read: 5, delivered: 8 });
  history.marks.push({ ...mark, seq: 3, invoked: 122, answered: 123, read: 5, delivered: 8 });
  history.heard.push({
    ...{ t: 124, user: "ana", device: "ana's", connection: "ana 1", room: "R", kind: "receipts" },
    ...{ about: "ben", seq: last, delivered: 5, read: 5 },
  });
  return history;
}

export function truthOf({ logs }: History): Truth {
  const [log] = logs;
  if (log === undefined) throw new Error("a history has a log");
  return new Truth(log);
}

export function commandOf(event: Event): Command {
  const { seq, by: user } = event;
  return {
    ...{
      user,
      device: `${user}'s`,
      op: `room.${event.kind}`,
      room: "R",
      cid: `c${seq}`,
      body: bodyOf(event),
    },
    ...{ invoked: 10 * seq - 1, phase: "ok", answered: 10 * seq + 1, seq, n: 1, epoch: "E", code: "" },
    ...{ knew: seq - 1, sighted: true },
  };
}

/** What one device gets live, from its user's coming to their going, and what it holds in the end. */
function watch(history: History, truth: Truth, user: string): void {
  const [first, until] = truth.stays(user)[0] ?? [1, 0];
  const end = Math.min(until, last);
  const base = {
    sighted: true,
    asked: 0,
    user,
    device: `${user}'s`,
    connection: `${user} 1`,
    node: "A1",
    room: "R",
    path: "live",
  } as const;
  const add = (seen: Omit<Seen, keyof typeof base>) => void history.seen.push({ ...base, ...seen });
  if (first > 1) add({ t: 10 * first + 1, is: "void", seq: 1, to: first - 1, line: "", cid: null });
  for (let seq = first; seq <= end; seq++) {
    add({ t: 10 * seq + 1, is: "event", seq, to: seq, line: truth.line(seq)?.text ?? "", cid: null });
  }
  const copy: Copy = {
    ...{ user, device: `${user}'s`, room: "R", live: end === last, last: end, state: truth.state(user) },
    entries: Array.from({ length: end }, (_, i) => (i + 1 < first ? "void" : truth.at(i + 1, end))),
    summary: { head: last, unread: truth.unread(user, user === "ben" ? 5 : 0), read: user === "ben" ? 5 : 0 },
  };
  history.copies.push(copy);
}
