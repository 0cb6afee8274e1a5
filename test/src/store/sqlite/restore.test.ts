import { describe, expect, test } from "bun:test";
import { catchUp } from "../../../../actors/room/catch-up.ts";
import { frameOf } from "../../../../actors/room/frame.ts";
import { accessOf } from "../../../../src/rooms/access.ts";
import { backup } from "../../../../src/store/sqlite/backup.ts";
import { type Embedded, openEmbedded } from "../../../../src/store/sqlite/open.ts";
import { backupMark } from "../../../../src/store/sqlite/restore.ts";
import { openTemporary, unexpected } from "../../../contract/embedded.ts";

const settings = { name: "Birds", about: "", history: "everyone", join: "closed" } as const;
const created = {
  ...{ seq: 1, at: 5, ord: 0, by: "ana", kind: "created" },
  room: { kind: "group", ...settings },
  members: [{ user: "ana", role: "owner" }],
};
const line = JSON.stringify(created);

/** A room that is in the log, in the documents and in a snapshot; another that is only in the log. */
async function fill({ log, store }: Embedded): Promise<void> {
  const draft = {
    epoch: "E",
    from: 1,
    count: 1,
    at: 5,
    server: JSON.stringify({ f: 1, parts: [{ by: "ana" }] }),
  };
  const position = await log.append("kept", 0, { ...draft, frame: frameOf("kept", "E", 1, [line]) });
  await log.append("young", 0, { ...draft, frame: frameOf("young", "E", 1, [line]) });
  await log.append("never", 0, { ...draft, epoch: "", count: 0, frame: "" });
  await store.projection.apply([
    {
      ...{ t: "room", room: "kept", seq: 1, at: 5, ord: 0 },
      change: { kind: "group", epoch: "E", createdAt: 5, ...settings },
    },
    { t: "membership", room: "kept", user: "ana", seq: 1, role: "owner", banned: false, interval: "open" },
  ]);
  const state = JSON.stringify({ epoch: "E", name: "Birds" });
  await store.snapshots.put({ room: "kept", seq: 1, position, format: 1, state });
}

async function epochsOf({ log, store }: Embedded): Promise<Record<string, unknown>> {
  const [document] = await store.rooms.many(["kept"]);
  const snapshot = JSON.parse((await store.snapshots.get("kept"))?.state ?? "{}");
  const [access] = await accessOf({ log, store }, "young", ["ana"]);
  const [record] = await log.tail("kept", 0, 1);
  return { document: document?.epoch, snapshot: snapshot.epoch, record: record?.epoch, young: access?.epoch };
}

describe("the first start from a backup", () => {
  test("gives every room a new epoch wherever one is read from, and the second start keeps it", async () => {
    await using temporary = await openTemporary();
    await fill(temporary.embedded);
    const target = `${temporary.dir}/backup`;
    backup(temporary.dir, target, 77);

    const first = await openEmbedded({ dir: target, fatal: unexpected });
    const renewed = await epochsOf(first);
    const { document, young } = renewed;
    expect(document).toMatch(/^[0-9a-f]{32}$/);
    expect(young).toMatch(/^[0-9a-f]{32}$/);
    expect(young).not.toBe(document);
    expect(renewed).toEqual({ document, snapshot: document, record: document, young });
    expect(await first.store.secrets.get(backupMark)).toBeNull();
    await first[Symbol.asyncDispose]();

    await using second = await openEmbedded({ dir: target, fatal: unexpected });
    expect(await epochsOf(second)).toEqual(renewed);
  });

  test("leaves the source as it was, and the history what it was", async () => {
    await using temporary = await openTemporary();
    await fill(temporary.embedded);
    const target = `${temporary.dir}/backup`;
    backup(temporary.dir, target, 77);
    await using restored = await openEmbedded({ dir: target, fatal: unexpected });
    expect(await epochsOf(temporary.embedded)).toEqual({
      document: "E",
      snapshot: "E",
      record: "E",
      young: "E",
    });
    expect((await catchUp(restored, "kept", 0, 9)).lines.map((known) => known.line)).toEqual([line]);
    const [never] = await restored.log.tail("never", 0, 1);
    expect(never?.epoch).toBe("");
  });

  test("lifts every account above what the source may have told since, so that all of it is synced anew", async () => {
    await using temporary = await openTemporary();
    await fill(temporary.embedded);
    const target = `${temporary.dir}/backup`;
    backup(temporary.dir, target, 77);
    await using restored = await openEmbedded({ dir: target, fatal: unexpected });
    const { version, items } = await restored.store.items.since("ana", 500, 9);
    expect(items.map(({ key }) => key)).toEqual(["room:kept"]);
    expect([version]).toEqual(await restored.store.items.versions(["ana"]));
    expect(version).toBeGreaterThan(500);
  });
});
