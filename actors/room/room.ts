/**
 * The room actor: recovery from snapshot, documents and log; one append per turn. What it decides is in turn.ts,
 * when replies are released is in ../runtime/event-sourced.ts.
 */
import { limits } from "../limits.ts";
import type { Log, RecordDraft, RoomId, Seq, Store } from "../ports.ts";
import type { Sourced } from "../runtime/event-sourced.ts";
import { type CaughtUp, catchUp } from "./catch-up.ts";
import { cidTime } from "./cid.ts";
import type { RoomCommand, RoomReply } from "./commands.ts";
import { eventOf } from "./frame.ts";
import { loadRoom, saveRoom } from "./snapshot.ts";
import { emptyRoom, evolve, type RoomState } from "./state.ts";
import { RoomTurn } from "./turn.ts";

export interface RoomSources {
  log: Log;
  store: Pick<Store, "messages" | "projection" | "snapshots" | "rooms">;
  /** A snapshot that couldn't be written costs only time at the next recovery. */
  onSnapshotFailure?: (error: unknown) => void;
  /** Default limits.cidsMax; the simulator makes it tiny. */
  cidsMax?: number;
  /** Default limits.snapshotEvery. */
  snapshotEvery?: number;
}

/** Events that one step of a recovery reads. */
const recoveryStep = 1_000;

export function sourcedRoom(sources: RoomSources): Sourced<RoomCommand, RoomReply, RoomState, RecordDraft> {
  const snapshotEvery = sources.snapshotEvery ?? limits.snapshotEvery;
  const saved = new WeakMap<RoomState, Seq>();
  return {
    async recover(id) {
      const state = await recover(sources, id);
      saved.set(state, state.seq);
      return { state, position: state.position };
    },
    open: (state, now) => new RoomTurn(state, now),
    append: (id, expected, draft) => sources.log.append(id, expected, draft),
    async verify(id, position) {
      const [head] = await sources.log.heads([id]);
      return head?.position === position;
    },
    committed(_id, state, position) {
      state.position = position;
      state.cids.commit(position);
      if (state.seq - (saved.get(state) ?? 0) < snapshotEvery) return;
      saved.set(state, state.seq);
      sources.store.snapshots.put(saveRoom(state)).catch((error) => sources.onSnapshotFailure?.(error));
    },
  };
}

async function recover(sources: RoomSources, id: RoomId): Promise<RoomState> {
  const { log, store } = sources;
  // Before anything else is read: what comes in later is met by the fence.
  const [head] = await log.heads([id]);
  const state = await loaded(sources, id);
  let found: CaughtUp;
  do {
    found = await catchUp(sources, id, state.seq, recoveryStep);
    for (const { line, part } of found.lines) {
      evolve(state, eventOf(line));
      if (part.cid !== undefined) state.cids.forget(cidTime(part.cid), found.checkpoint);
    }
    for (const { closed } of found.closed) state.cids.forget(cidTime(closed.cid), found.position);
  } while (found.more);
  const closed = await store.messages.lastClosed(id);
  const position = Math.max(found.position, head?.position ?? 0);
  if (closed !== null) state.cids.forget(cidTime(closed), position);
  state.cids.forget(0, position);
  state.position = position;
  await setEpoch(sources, state, found);
  return state;
}

async function loaded(sources: RoomSources, id: RoomId): Promise<RoomState> {
  const { cidsMax = limits.cidsMax } = sources;
  const snapshot = await sources.store.snapshots.get(id);
  return (snapshot && loadRoom(snapshot, cidsMax)) ?? emptyRoom(id, cidsMax);
}

async function setEpoch(sources: RoomSources, state: RoomState, found: CaughtUp): Promise<void> {
  if (found.epoch !== null) state.epoch = found.epoch;
  if (state.epoch !== "" || state.seq === 0) return;
  const [document] = await sources.store.rooms.many([state.id]);
  state.epoch = document?.epoch ?? "";
}
