/**
 * What one user may see of a room (P5): the seqs in one of their intervals, and, for a current member, those at which
 * the room's history was for everyone.
 */
import type { Seq, UserId } from "../ports.ts";
import type { KnownLine } from "./catch-up.ts";
import type { StampedEvent, Tombstone } from "./events.ts";
import { eventOf, type Viewer, view, voidOf } from "./frame.ts";
import type { HistoryRule, Interval, Role } from "./model.ts";

export interface Rule {
  from: Seq;
  history: HistoryRule;
}

export interface Sight {
  user: UserId;
  /** null: not a member now. */
  role: Role | null;
  intervals: Interval[];
  /** Since which seq which rule holds, oldest first. */
  rules: Rule[];
  /** Every membership event up to here is applied. */
  asOf: Seq;
}

export function sees(sight: Sight, seq: Seq): boolean {
  for (const [from, to] of sight.intervals) {
    if (seq >= from && (to === null || seq < to)) return true;
  }
  return sight.role !== null && ruleAt(sight.rules, seq) === "everyone";
}

/** The highest seq at or below this one that this sight shows; null when there is none. */
export function lastSeen({ intervals, role, rules }: Sight, upTo: Seq): Seq | null {
  let last = 0;
  const look = (from: Seq, to: Seq | null | undefined) => {
    if (from <= upTo) last = Math.max(last, Math.min(upTo, (to ?? upTo + 1) - 1));
  };
  for (const [from, to] of intervals) look(from, to);
  if (role === null) return last || null;
  for (const [i, { from, history }] of rules.entries()) {
    if (history === "everyone") look(from, rules[i + 1]?.from);
  }
  return last || null;
}

function ruleAt(rules: readonly Rule[], seq: Seq): HistoryRule {
  let history: HistoryRule = "joined";
  for (const rule of rules) {
    if (rule.from > seq) break;
    history = rule.history;
  }
  return history;
}

/** The seq after the last one that a former member may see; null for members and strangers. */
export function closedAt(sight: Sight): Seq | null {
  return sight.role === null ? (sight.intervals.at(-1)?.[1] ?? null) : null;
}

/** Applies one event in order; older ones than `asOf` are already in. */
export function advance(sight: Sight, event: StampedEvent | Tombstone): void {
  addRule(sight.rules, event);
  if (event.seq <= sight.asOf) return;
  sight.asOf = event.seq;
  switch (event.kind) {
    case "created": {
      const member = event.members.find(({ user }) => user === sight.user);
      if (member !== undefined) enter(sight, event.seq, member.role);
      return;
    }
    case "joined":
      if (event.by === sight.user) enter(sight, event.seq, event.role);
      return;
    case "added":
      if (event.user === sight.user) enter(sight, event.seq, event.role);
      return;
    case "left":
      if (event.by === sight.user) exit(sight, event.seq);
      return;
    case "removed":
    case "banned":
      if (event.user === sight.user) exit(sight, event.seq);
      return;
    case "role":
      if (event.user === sight.user) sight.role = event.role;
      return;
    case "transferred":
      if (event.user === sight.user) sight.role = "owner";
      if (event.by === sight.user) sight.role = "admin";
      return;
    case "posted":
    case "edited":
    case "deleted":
    case "reacted":
    case "unbanned":
    case "renamed":
    case "described":
    case "access":
    case "history":
    case "tombstone":
      return;
  }
}

/** Rules and memberships may have been read at different seqs, so each keeps its own order. */
function addRule(rules: Rule[], event: StampedEvent | Tombstone): void {
  const rule = ruleOf(event);
  if (rule !== null && rule.from > (rules.at(-1)?.from ?? 0)) rules.push(rule);
}

/** A change holds for later events: at its own seq the rule before it does. */
function ruleOf(event: StampedEvent | Tombstone): Rule | null {
  if (event.kind === "created") return { from: event.seq, history: event.room.history };
  return event.kind === "history" ? { from: event.seq + 1, history: event.history } : null;
}

function enter(sight: Sight, seq: Seq, role: Role): void {
  if (sight.role === null) sight.intervals.push([seq, null]);
  sight.role = role;
}

/** The removal itself is the last that they see. */
function exit(sight: Sight, seq: Seq): void {
  if (sight.role === null) return;
  sight.role = null;
  const last = sight.intervals.at(-1);
  if (last !== undefined) last[1] = seq + 1;
}

/** What a viewer gets of consecutive lines: each seq resolved, runs of unseen ones as one void. */
export function entriesFor(lines: readonly KnownLine[], viewer: Viewer, sight: Sight): string[] {
  const entries: string[] = [];
  let hidden: [Seq, Seq] | null = null;
  for (const { seq, line, part } of lines) {
    if (!sees(sight, seq) && !buries(sight, line)) {
      hidden = [hidden?.[0] ?? seq, seq];
      continue;
    }
    if (hidden !== null) entries.push(voidOf(...hidden));
    hidden = null;
    entries.push(view(line, part, viewer));
  }
  if (hidden !== null) entries.push(voidOf(...hidden));
  return entries;
}

/**
 * A deletion is for everybody who was there between the message and its deletion and could see the message, wherever
 * they were when it happened: their copies must drop the content too.
 */
function buries(sight: Sight, line: string): boolean {
  if (!line.includes('"kind":"deleted"')) return false;
  const event = eventOf(line);
  if (event.kind !== "deleted" || !sees(sight, event.target)) return false;
  return sight.intervals.some(([from, to]) => from < event.seq && (to === null || to > event.target));
}
