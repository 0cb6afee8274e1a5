/**
 * Judges what a chat server made of the posts that it was given. Pure: it takes what was sent, what a reader with full
 * sight pages from the server, and what each client saw and when, and returns every fault that it finds.
 */
import type { Stamp } from "../actors/room/events.ts";

export type FaultKind =
  /** A post that nobody has. */
  | "lost"
  /** A post that is there once more than it was sent. */
  | "doubled"
  | "reordered"
  /** Seen by someone whom it wasn't for. */
  | "leaked"
  /** A seq that resolves to nothing for someone whom it was for. */
  | "hole"
  /** The post is there, with another author, text or answered line. */
  | "author"
  | "text"
  | "reply"
  /** Two observers have different events at one seq. */
  | "differs"
  /** An ack named another seq than the one where the post is. */
  | "ack";

export interface Fault {
  kind: FaultKind;
  /** Line of the log, where the fault is about one. */
  line?: number;
  seq?: number;
  /** Who saw it, where the fault is about one client. */
  user?: string;
  /** The client's own verify() found it. */
  verify?: true;
}

/** An event as a page gives it. */
export interface LogEvent extends Stamp {
  kind: string;
  [field: string]: unknown;
}

export interface Sent {
  line: number;
  /** User id of the author. */
  by: string;
  text: string;
  /** Line that it answers. */
  re: number | null;
  /** Seq that the ack named; null when nothing was acked. */
  seq: number | null;
}

/**
 * Compares a room with the lines that were sent to it.
 * @param order `total`: line n+1 was sent after the ack of line n. `sender`: each sender's own lines keep their order.
 */
export function judgeLines(
  sent: readonly Sent[],
  events: readonly LogEvent[],
  order: "total" | "sender",
): Fault[] {
  const posts = events.filter((event) => event.kind === "posted");
  const { pairs, faults } = match(sent, posts);
  return [
    ...faults,
    ...(order === "total" ? displaced(pairs) : bySender(pairs).flatMap(displaced)),
    ...misanswered(pairs),
    ...pairs
      .filter(({ line, post }) => line.seq !== null && line.seq !== post.seq)
      .map(({ line, post }): Fault => ({ kind: "ack", line: line.line, seq: post.seq })),
  ];
}

interface Pair {
  line: Sent;
  post: LogEvent;
}

/**
 * Pairs the k-th line of an author and text with the k-th such post. What is left over had its text or author changed if
 * the other half fits; otherwise lines are lost and posts doubled.
 */
function match(sent: readonly Sent[], posts: readonly LogEvent[]): { pairs: Pair[]; faults: Fault[] } {
  const whole = pairUp(
    sent,
    posts,
    (line) => key(line.by, line.text),
    (post) => key(post.by, post.text),
  );
  const text = pairUp(
    whole.sent,
    whole.posts,
    (line) => line.text,
    (post) => String(post.text),
  );
  const author = pairUp(
    text.sent,
    text.posts,
    (line) => line.by,
    (post) => post.by,
  );
  const pairs = [...whole.pairs, ...text.pairs, ...author.pairs].sort((a, b) => a.post.seq - b.post.seq);
  const faults: Fault[] = [
    ...text.pairs.map(({ line, post }): Fault => ({ kind: "author", line: line.line, seq: post.seq })),
    ...author.pairs.map(({ line, post }): Fault => ({ kind: "text", line: line.line, seq: post.seq })),
    ...author.sent.map((line): Fault => ({ kind: "lost", line: line.line })),
    ...author.posts.map((post): Fault => ({ kind: "doubled", seq: post.seq })),
  ];
  return { pairs, faults };
}

function key(by: string, text: unknown): string {
  return `${by}\n${text}`;
}

function pairUp(
  sent: readonly Sent[],
  posts: readonly LogEvent[],
  ofLine: (line: Sent) => string,
  ofPost: (post: LogEvent) => string,
): { pairs: Pair[]; sent: Sent[]; posts: LogEvent[] } {
  const waiting = Map.groupBy(sent, ofLine);
  const pairs: Pair[] = [];
  const extra: LogEvent[] = [];
  for (const post of posts) {
    const line = waiting.get(ofPost(post))?.shift();
    if (line === undefined) extra.push(post);
    else pairs.push({ line, post });
  }
  return { pairs, sent: [...waiting.values()].flat().sort((a, b) => a.line - b.line), posts: extra };
}

function bySender(pairs: readonly Pair[]): Pair[][] {
  return [...Map.groupBy(pairs, ({ line }) => line.by).values()];
}

/** The fewest posts that would have to move for the lines to stand in order: all but a longest rising run. */
function displaced(pairs: readonly Pair[]): Fault[] {
  const kept = new Set(longestRise(pairs.map(({ line }) => line.line)));
  return pairs
    .filter((_, index) => !kept.has(index))
    .map(({ line, post }): Fault => ({ kind: "reordered", line: line.line, seq: post.seq }));
}

/** Indexes of a longest strictly rising subsequence (patience sorting). */
function longestRise(values: readonly number[]): number[] {
  const tops: number[] = [];
  const before: number[] = [];
  for (const [index, value] of values.entries()) {
    let low = 0;
    for (let high = tops.length; low < high; ) {
      const middle = (low + high) >> 1;
      if ((values[tops[middle] ?? 0] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    before[index] = low > 0 ? (tops[low - 1] ?? -1) : -1;
    tops[low] = index;
  }
  const run: number[] = [];
  for (let index = tops.at(-1) ?? -1; index >= 0; index = before[index] ?? -1) run.push(index);
  return run;
}

function misanswered(pairs: readonly Pair[]): Fault[] {
  const lineAt = new Map(pairs.map(({ line, post }) => [post.seq, line.line]));
  return pairs
    .filter(
      ({ line, post }) => (post.re === undefined ? null : (lineAt.get(Number(post.re)) ?? -1)) !== line.re,
    )
    .map(({ line, post }): Fault => ({ kind: "reply", line: line.line, seq: post.seq }));
}

/** A room seen whole: every seq 1…head is one event, `ord` counts the posts, `at` never falls. */
export function judgeWhole(events: readonly LogEvent[], head: number): Fault[] {
  const faults: Fault[] = [];
  const times = new Map<number, number>();
  for (const { seq } of events) times.set(seq, (times.get(seq) ?? 0) + 1);
  for (let seq = 1; seq <= head; seq++) if (!times.has(seq)) faults.push({ kind: "hole", seq });
  for (const [seq, count] of times) if (count > 1 || seq > head) faults.push({ kind: "doubled", seq });
  let [ord, at, last] = [0, 0, 0];
  for (const event of events) {
    if (event.kind === "posted") ord++;
    if (event.seq <= last || event.at < at) faults.push({ kind: "reordered", seq: event.seq });
    if (event.ord !== ord) faults.push({ kind: "differs", seq: event.seq });
    last = event.seq;
    at = event.at;
  }
  return faults;
}
