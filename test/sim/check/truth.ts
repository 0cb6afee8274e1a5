/** One room as its log tells it, worked out apart from the code under test: who was in, what could be seen, what is left. */
import type { RoomId, Seq, UserId } from "../../../actors/ports.ts";
import type { RoomLog, Time } from "./history.ts";

export interface Line {
  seq: Seq;
  /** It was durable by then. */
  t: Time;
  /** It wasn't before. */
  notBefore: Time;
  /** As it was written. */
  text: string;
  event: Event;
  by: UserId;
  cid: string | null;
  /** Events of the command that begins here. */
  n: number;
}

/** Whatever stands in a line. */
export interface Event {
  seq: Seq;
  at: number;
  ord: number;
  by: UserId;
  kind: string;
  user?: UserId;
  role?: string;
  target?: Seq;
  text?: string;
  re?: Seq;
  key?: string;
  on?: boolean;
  name?: string;
  about?: string;
  history?: string;
  join?: string;
  room?: { kind: string; history: string; join: string; name: string };
  members?: { user: UserId; role: string }[];
  deleted?: Seq;
}

/** A user's standing from a seq on. */
interface Standing {
  from: Seq;
  role: string | null;
  banned: boolean;
}

const out: Standing = { from: 0, role: null, banned: false };

export class Truth {
  readonly room: RoomId;
  readonly lines: Line[] = [];
  readonly closed: { by: UserId; cid: string }[] = [];
  /** Deletion of each target, and of the edits of it. */
  readonly deletion = new Map<Seq, Seq>();
  readonly #standings = new Map<UserId, Standing[]>();
  readonly #rules: { from: Seq; history: string }[] = [];
  readonly #joins: { from: Seq; join: string }[] = [];

  constructor({ room, records }: RoomLog) {
    this.room = room;
    for (const { t, notBefore = t, lines, parts, closed } of records) {
      this.closed.push(...closed);
      for (const [i, text] of lines.entries()) {
        const event = JSON.parse(text) as Event;
        const { by = "", cid = null, n = 1 } = parts[i] ?? {};
        this.lines.push({ seq: this.lines.length + 1, t, notBefore, text, event, by, cid, n });
        this.#evolve(event, this.lines.length);
      }
    }
    for (const { seq, event } of this.lines) {
      const gone = event.kind === "edited" ? this.deletion.get(event.target ?? 0) : undefined;
      if (gone !== undefined) this.deletion.set(seq, gone);
    }
  }

  get head(): Seq {
    return this.lines.length;
  }

  get users(): UserId[] {
    return [...this.#standings.keys()];
  }

  line(seq: Seq): Line | undefined {
    return this.lines[seq - 1];
  }

  /** Events that surely were durable by then. */
  headAt(t: Time): Seq {
    return this.#upTo((line) => line.t <= t);
  }

  /** Events that may have been durable by then. */
  highestAt(t: Time): Seq {
    return this.#upTo((line) => line.notBefore <= t);
  }

  /** Role and ban after the event with this seq. */
  standing(user: UserId, seq: Seq): Standing {
    return this.#standings.get(user)?.findLast(({ from }) => from <= seq) ?? out;
  }

  /** [first, last] of each stay; the event that ends it belongs to it. */
  stays(user: UserId): [Seq, Seq][] {
    const found: [Seq, Seq][] = [];
    let since: Seq | null = null;
    for (const { from, role } of this.#standings.get(user) ?? []) {
      if (role !== null) since ??= from;
      else if (since !== null) {
        found.push([since, from]);
        since = null;
      }
    }
    if (since !== null) found.push([since, Number.POSITIVE_INFINITY]);
    return found;
  }

  /** True if the user may have been a member at some moment from t0 to t1. */
  memberWithin(user: UserId, t0: Time, t1: Time): boolean {
    return this.stays(user).some(([first, last]) => {
      const began = this.line(first)?.notBefore ?? 0;
      const ended = this.line(last)?.t ?? Number.POSITIVE_INFINITY;
      return began <= t1 && ended >= t0;
    });
  }

  /** True if the user surely was a member all the time from t0 to t1. */
  memberThroughout(user: UserId, t0: Time, t1: Time): boolean {
    return this.stays(user).some(([first, last]) => {
      const began = this.line(first)?.t ?? 0;
      const ended = this.line(last)?.notBefore ?? Number.POSITIVE_INFINITY;
      return began <= t0 && ended > t1;
    });
  }

  rule(seq: Seq): string {
    return this.#rules.findLast(({ from }) => from <= seq)?.history ?? "joined";
  }

  joinRule(seq: Seq): string {
    return this.#joins.findLast(({ from }) => from <= seq)?.join ?? "closed";
  }

  /** In a stay; or a deletion, while they were away, of what they could see: it is for whoever may have a copy. */
  inStay(user: UserId, seq: Seq): boolean {
    const stays = this.stays(user);
    const within = (at: Seq) => stays.some(([first, last]) => first <= at && at <= last);
    if (within(seq)) return true;
    const { kind, target = 0 } = this.line(seq)?.event ?? {};
    const returns = seq < (stays.at(-1)?.[0] ?? 0);
    if (kind !== "deleted" || !returns || !stays.some(([first, last]) => first < seq && last >= target))
      return false;
    return within(target) || this.rule(target) === "everyone";
  }

  /** A deletion while they were away: what it deleted must go, but whether they are shown it depends on when they ask. */
  isDistantDeletion(user: UserId, seq: Seq): boolean {
    const outside = !this.stays(user).some(([first, last]) => first <= seq && seq <= last);
    return outside && this.line(seq)?.event.kind === "deleted";
  }

  /** Whether a viewer could be shown this seq by something that was decided between t0 and t1. */
  maySee(user: UserId, seq: Seq, t0: Time, t1: Time): boolean {
    if (this.inStay(user, seq)) return true;
    const since = this.line(seq)?.notBefore;
    if (since === undefined || this.rule(seq) !== "everyone") return false;
    return this.memberWithin(user, Math.max(t0, since), t1);
  }

  /** What the seq is to somebody who knows everything up to `end`. */
  at(seq: Seq, end: Seq): string {
    const gone = this.deletion.get(seq);
    return gone === undefined || gone > end ? (this.line(seq)?.text ?? "") : `tombstone:${gone}`;
  }

  /** Whether somebody sees the seq at the end. */
  sees(user: UserId, seq: Seq): boolean {
    if (this.inStay(user, seq)) return true;
    return this.standing(user, this.head).role !== null && this.rule(seq) === "everyone";
  }

  /** The posts that this user sees at the end, as edited, with reactions. */
  posts(user: UserId): Map<Seq, { text: string; edited: boolean; reactions: string[] }> {
    const posts = new Map<Seq, { text: string; edited: boolean; reactions: string[] }>();
    for (const { seq, event } of this.lines) {
      if (!this.sees(user, seq) || this.deletion.has(seq)) continue;
      const { kind, text = "", target = 0, by, key, on } = event;
      if (kind === "posted") posts.set(seq, { text, edited: false, reactions: [] });
      const post = posts.get(target);
      if (post === undefined) continue;
      if (kind === "edited") Object.assign(post, { text, edited: true });
      if (kind !== "reacted") continue;
      post.reactions = post.reactions.filter((reaction) => reaction !== `${by} ${key}`);
      if (on) post.reactions = [...post.reactions, `${by} ${key}`].sort();
    }
    return posts;
  }

  /** Reactions that changed out of this user's sight: a page goes by the newest event, a copy by those that it got. */
  hiddenReactions(user: UserId): Set<string> {
    const hidden = this.lines.filter(({ seq, event }) => event.kind === "reacted" && !this.sees(user, seq));
    return new Set(hidden.map(({ event }) => `${event.target} ${event.by} ${event.key}`));
  }

  /** What a screen of this user shows at the end. */
  state(user: UserId): string {
    return JSON.stringify([...this.posts(user)].map(([seq, { text, reactions }]) => [seq, text, reactions]));
  }

  /** Posts of others above the mark, since the newest coming in. */
  unread(user: UserId, read: Seq): number {
    const [since, until] = this.stays(user).at(-1) ?? [1, 0];
    const after = Math.max(read, since - 1);
    return this.lines.filter(
      ({ seq, by, event }) =>
        seq > after && seq <= until && event.kind === "posted" && by !== user && !this.deletion.has(seq),
    ).length;
  }

  /** Lines from the first on of which this holds; times rise with the seqs. */
  #upTo(holds: (line: Line) => boolean): Seq {
    let low = 0;
    let high = this.lines.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const line = this.lines[middle];
      if (line !== undefined && holds(line)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #evolve(event: Event, seq: Seq): void {
    const { kind, by, user = "" } = event;
    switch (kind) {
      case "created":
        for (const { user, role } of event.members ?? []) this.#set(user, seq, { role });
        this.#rules.push({ from: seq, history: event.room?.history ?? "joined" });
        this.#joins.push({ from: seq, join: event.room?.join ?? "closed" });
        return;
      case "joined":
        return this.#set(by, seq, { role: "member" });
      case "added":
      case "role":
        return this.#set(user, seq, { role: event.role ?? "member" });
      case "left":
        return this.#set(by, seq, { role: null });
      case "removed":
        return this.#set(user, seq, { role: null });
      case "banned":
        return this.#set(user, seq, { role: null, banned: true });
      case "unbanned":
        return this.#set(user, seq, { banned: false });
      case "transferred":
        this.#set(by, seq, { role: "admin" });
        return this.#set(user, seq, { role: "owner" });
      case "history":
        // A change holds for later events.
        this.#rules.push({ from: seq + 1, history: event.history ?? "joined" });
        return;
      case "access":
        this.#joins.push({ from: seq, join: event.join ?? "closed" });
        return;
      case "deleted":
        if (!this.deletion.has(event.target ?? 0)) this.deletion.set(event.target ?? 0, seq);
        return;
    }
  }

  #set(user: UserId, from: Seq, change: Partial<Standing>): void {
    const standings = this.#standings.get(user) ?? [];
    standings.push({ ...(standings.at(-1) ?? out), ...change, from });
    this.#standings.set(user, standings);
  }
}
