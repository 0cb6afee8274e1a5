/** A room's state as one JSON text, without its cids: t and w stand for them. */
import type { Epoch, Position, Snapshot } from "../ports.ts";
import { NewerFormat } from "./frame.ts";
import { KnownCids } from "./known-cids.ts";
import type { HistoryRule, JoinRule, Role, RoomKind } from "./model.ts";
import { emptyRoom, type RoomState } from "./state.ts";

/** Raised when the shape below changes. An older snapshot is rebuilt from events; a newer one is not ours to own. */
const snapshotFormat = 1;

interface Saved {
  kind: RoomKind | null;
  epoch: string;
  name: string;
  about: string;
  history: HistoryRule;
  join: JoinRule;
  ord: number;
  at: number;
  members: [string, Role][];
  banned: string[];
  deletions: [number, number][];
  deletionsAfter: number;
  t: number;
  w: Position;
}

export function saveRoom(room: RoomState): Snapshot {
  const { kind, epoch, name, about, history, join, ord, at, deletionsAfter } = room;
  const { t, w } = room.cids.bounds();
  const saved: Saved = {
    kind,
    epoch,
    name,
    about,
    history,
    join,
    ord,
    at,
    members: [...room.members],
    banned: [...room.banned],
    deletions: [...room.deletions],
    deletionsAfter,
    t,
    w,
  };
  return {
    room: room.id,
    seq: room.seq,
    position: room.position,
    format: snapshotFormat,
    state: JSON.stringify(saved),
  };
}

/**
 * null: an older format, to be rebuilt from events.
 * @throws NewerFormat
 */
export function loadRoom(snapshot: Snapshot, cidsMax: number): RoomState | null {
  const saved = savedIn(snapshot);
  if (saved === null) return null;
  const { t, w, members, banned, deletions, ...plain } = saved;
  return {
    ...emptyRoom(snapshot.room),
    ...plain,
    seq: snapshot.seq,
    position: snapshot.position,
    members: new Map(members),
    banned: new Set(banned),
    deletions: new Map(deletions),
    cids: new KnownCids(t, w, cidsMax),
  };
}

/**
 * The same state on top of another log, which holds nothing of the room yet: every cid is in documents. null as in `loadRoom`.
 * @param epoch null keeps it
 * @throws NewerFormat
 */
export function relocated(snapshot: Snapshot, epoch: Epoch | null): Snapshot | null {
  const saved = savedIn(snapshot);
  if (saved === null) return null;
  const state: Saved = { ...saved, w: 0, ...(epoch !== null && { epoch }) };
  return { ...snapshot, position: 0, state: JSON.stringify(state) };
}

function savedIn({ room, format, state }: Snapshot): Saved | null {
  if (format > snapshotFormat) throw new NewerFormat(`snapshot format ${format} of room ${room}`);
  return format < snapshotFormat ? null : (JSON.parse(state) as Saved);
}
