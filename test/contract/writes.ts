/** Short hands for what the history reader writes, in the store's tests. */
import type { Seq, UserId, Write } from "../../actors/ports.ts";

type Of<T extends Write["t"]> = Extract<Write, { t: T }>;
type With<T extends Write["t"]> = Partial<Omit<Of<T>, "t">>;

export const cidOf = (seq: Seq): string => `00000000-0000-7000-8000-${String(seq).padStart(12, "0")}`;
const atOf = (seq: Seq): number => 1_000 + seq;

export function posted(seq: Seq, by: UserId, text = `text ${seq}`, more: With<"event"> = {}): Of<"event"> {
  const at = atOf(seq);
  return {
    t: "event",
    room: "r",
    seq,
    at,
    ord: seq,
    by,
    kind: "posted",
    line: JSON.stringify({ seq, at, ord: seq, by, kind: "posted", text }),
    cid: cidOf(seq),
    hash: `hash ${seq}`,
    origin: `connection of ${by}`,
    n: 1,
    target: null,
    mentions: [],
    ...more,
  };
}

/** An edit as the reader writes it: its own event, and what it sets on the post. */
export function edited(seq: Seq, by: UserId, target: Seq, text: string, mentions: UserId[] = []): Write[] {
  const at = atOf(seq);
  const line = JSON.stringify({ seq, at, ord: 0, by, kind: "edited", target, text });
  return [
    posted(seq, by, text, { kind: "edited", target, line, mentions, ord: 0 }),
    { t: "edit", room: "r", target, seq, text, at, mentions },
  ];
}

export function deleted(seq: Seq, by: UserId, target: Seq): Write[] {
  const line = JSON.stringify({ seq, at: atOf(seq), ord: 0, by, kind: "deleted", target, author: by });
  return [
    posted(seq, by, "", { kind: "deleted", target, line, ord: 0 }),
    { t: "tombstone", room: "r", target, seq },
  ];
}

export function reacted(seq: Seq, user: UserId, target: Seq, key: string, on = true): Of<"reaction"> {
  return { t: "reaction", room: "r", target, user, key, seq, on };
}

export function joined(seq: Seq, user: UserId, more: With<"membership"> = {}): Of<"membership"> {
  return { t: "membership", room: "r", user, seq, role: "member", banned: false, interval: "open", ...more };
}

export function left(seq: Seq, user: UserId, more: With<"membership"> = {}): Of<"membership"> {
  return { t: "membership", room: "r", user, seq, role: null, banned: false, interval: "close", ...more };
}

export function changed(seq: Seq, change: Of<"room">["change"], more: With<"room"> = {}): Of<"room"> {
  return { t: "room", room: "r", seq, at: atOf(seq), ord: seq, change, ...more };
}

export function created(room = "r"): Of<"room"> {
  const change = {
    kind: "group",
    epoch: "e1",
    createdAt: 1_001,
    name: "Room",
    about: "",
    history: "everyone",
    join: "closed",
  } as const;
  return changed(1, change, { room });
}
