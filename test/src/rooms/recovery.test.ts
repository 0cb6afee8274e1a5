import { expect, test } from "bun:test";
import { serverOf } from "../../../actors/room/frame.ts";
import { sourcedRoom } from "../../../actors/room/room.ts";
import { saveRoom } from "../../../actors/room/snapshot.ts";
import { happen } from "../../actors/room/given.ts";
import { groupOfTwo, room } from "./written-room.ts";

/** Ana made the room with Bob and posted; a snapshot of that lies in the store. */
async function given() {
  const written = await groupOfTwo();
  await written.write("ana", { kind: "posted", text: "one" });
  const sourced = sourcedRoom(written);
  const { state } = await sourced.recover(room);
  const snapshot = saveRoom(state);
  const put = (format: number, more: object = {}) =>
    written.store.snapshots.put({ ...snapshot, format, ...more });
  return { written, sourced, snapshot, put };
}

test("an actor wakes from its snapshot and what came after it", async () => {
  const { written, sourced, snapshot, put } = await given();
  const renamed = JSON.stringify({ ...JSON.parse(snapshot.state), name: "as the snapshot says" });
  await put(snapshot.format, { state: renamed });
  await written.write("ana", { kind: "posted", text: "two" });
  const { state } = await sourced.recover(room);
  expect(state).toMatchObject({ seq: 3, ord: 2, name: "as the snapshot says" });
  expect([...state.members.keys()].sort()).toEqual(["ana", "bob"]);
});

test("a snapshot is written after so many events, and then not before as many more", async () => {
  const { written } = await given();
  const sourced = sourcedRoom({ ...written, snapshotEvery: 2 });
  const { state, position } = await sourced.recover(room);
  const seqs: (number | undefined)[] = [];
  for (let more = 1; more <= 5; more++) {
    happen(state, "ana", { kind: "posted", text: "more" });
    sourced.committed?.(room, state, position + more);
    seqs.push((await written.store.snapshots.get(room))?.seq);
  }
  expect(seqs).toEqual([undefined, 4, 4, 6, 6]);
});

test("a snapshot of an older format is rebuilt from events", async () => {
  const { sourced, snapshot, put } = await given();
  await put(snapshot.format - 1, { position: snapshot.position + 1, state: "of another shape" });
  const { state } = await sourced.recover(room);
  expect(saveRoom(state)).toEqual(snapshot);
});

test("a room whose snapshot a newer version wrote isn't ours to own", async () => {
  const { sourced, snapshot, put } = await given();
  await put(snapshot.format + 1, { position: snapshot.position + 1 });
  await expect(sourced.recover(room)).rejects.toMatchObject({ name: "NewerFormat" });
});

test("nor is one with a record of a newer version, be it without events", async () => {
  const { written, sourced } = await given();
  const [head] = await written.log.heads([room]);
  const server = serverOf({ parts: [] }).replace(/"format":\d+/, '"format":99');
  const empty = { epoch: "E", from: 3, count: 0, at: written.platform.now(), frame: "", server };
  await written.log.append(room, head?.position ?? 0, empty);
  await expect(sourced.recover(room)).rejects.toMatchObject({ name: "NewerFormat" });
});
