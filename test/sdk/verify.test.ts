import { describe, expect, test } from "bun:test";
import type { Verdict } from "../../sdk/api.ts";
import { deleted, edited, epoch, posted, tombstone } from "./entries.ts";
import { online, type Setting, settled } from "./harness.ts";

/** 1 void, 2 a post, 3 its edit, 4…250 posts. */
const whole = (): Promise<Setting> =>
  online(({ server }) => {
    const rest = Array.from({ length: 247 }, (_, i) => posted(i + 4, "ana", `m${i + 4}`));
    server.room("R", [null, posted(2, "ana", "two"), edited(3, 2, "deux"), ...rest]);
  });
const verdictOf = ({ client }: Setting): Promise<Verdict> => client.room("R").verify();

describe("verify", () => {
  test("counts every seq once, over all pages", async () => {
    const setting = await whole();
    expect(await verdictOf(setting)).toEqual({
      ...{ ok: true, room: "R", head: 250, events: 249, tombstones: 0, voids: 1, faults: [] },
    });
    expect(setting.server.link.ops("room.history").length).toBe(3);
  });

  test("finds a changed text", async () => {
    const setting = await whole();
    setting.server.rooms.get("R")?.lines.splice(119, 1, posted(120, "ana", "forged"));
    expect(await verdictOf(setting)).toMatchObject({ ok: false, faults: [120] });
  });

  test("finds a changed author, time, kind", async () => {
    const setting = await whole();
    const lines = setting.server.rooms.get("R")?.lines;
    lines?.splice(9, 1, posted(10, "bob", "m10"));
    lines?.splice(10, 1, { ...posted(11, "ana", "m11"), at: 5 });
    lines?.splice(11, 1, edited(12, 2, "m12"));
    expect(await verdictOf(setting)).toMatchObject({ ok: false, faults: [10, 11, 12] });
  });

  test("finds a seq that the server leaves out, or gives twice", async () => {
    const setting = await whole();
    const serve = setting.server.handlers.get("room.history");
    setting.server.on("room.history", (input, link) => {
      const answer = serve?.(input, link);
      if (!answer || answer === "silence" || !("ok" in answer)) return "silence";
      const page = answer.ok as { entries: { seq?: number }[] };
      const entries = page.entries.flatMap((each) =>
        each.seq === 20 ? [] : each.seq === 30 ? [each, each] : [each],
      );
      return { ok: { ...page, entries } };
    });
    expect(await verdictOf(setting)).toMatchObject({ ok: false, faults: [20, 30] });
  });

  test("finds what the client never got", async () => {
    const setting = await whole();
    setting.server.rooms.get("R")?.lines.push(posted(251, "ana", "lost on the way"));
    const verdict = verdictOf(setting);
    await setting.platform.advance(20_000);
    expect(await verdict).toMatchObject({ ok: false, head: 251, faults: [251] });
  });

  test("waits for what is on its way", async () => {
    const setting = await whole();
    const late = posted(251, "ana", "late");
    setting.server.rooms.get("R")?.lines.push(late);
    const verdict = verdictOf(setting);
    await setting.platform.advance(2_000);
    setting.server.link.deliver({ t: "events", room: "R", epoch, from: 251, events: [late] });
    await setting.platform.advance(2_000);
    expect(await verdict).toMatchObject({ ok: true, head: 251 });
  });

  test("a deletion in the midst of it is no fault, in whichever order the two come", async () => {
    const setting = await whole();
    const serve = setting.server.handlers.get("room.history");
    let pages = 0;
    setting.server.on("room.history", (input, link) => {
      const answer = serve?.(input, link) ?? "silence";
      // After the page with seq 5 was answered, seq 5 is deleted.
      if (++pages === 1) {
        queueMicrotask(() => {
          setting.server.rooms.get("R")?.lines.splice(4, 1, tombstone(5, "ana", 251));
          setting.server.push("R", deleted(251, 5));
        });
      }
      return answer;
    });
    const first = verdictOf(setting);
    await setting.platform.advance(20_000);
    expect(await first).toMatchObject({ ok: true });
    expect(await verdictOf(setting)).toMatchObject({ ok: true, tombstones: 1, head: 251 });
  });

  test("a content that should have been dropped is a fault", async () => {
    const setting = await whole();
    setting.server.rooms.get("R")?.lines.splice(4, 1, tombstone(5, "ana", 90));
    expect(await verdictOf(setting)).toMatchObject({ ok: false, faults: [5] });
  });

  test("a server that still serves what was deleted long ago is at fault", async () => {
    const setting = await whole();
    setting.server.push("R", deleted(251, 5));
    expect(await verdictOf(setting)).toMatchObject({ ok: false, faults: [5] });
  });

  test("an event where we hold a void is a fault, and the other way round", async () => {
    const setting = await whole();
    const lines = setting.server.rooms.get("R")?.lines;
    lines?.splice(0, 1, posted(1, "ana", "one"));
    lines?.splice(1, 1, null);
    expect(await verdictOf(setting)).toMatchObject({ ok: false, faults: [1, 2] });
  });

  test("own messages known only by their stubs equal the server's lines", async () => {
    const setting = await whole();
    const { client, server } = setting;
    server.on("room.post", () => ({ ok: { seq: 251, n: 1, at: 7, epoch } }));
    await client.room("R").send({ text: "mine", re: 4, mentions: ["ana"] });
    const cid = String(server.link.ops("room.post")[0]?.in?.cid);
    server.link.deliver({ t: "events", room: "R", epoch, from: 251, events: [{ seq: 251, at: 7, cid }] });
    const line = {
      seq: 251,
      at: 7,
      ord: 251,
      by: "me",
      kind: "posted" as const,
      text: "mine",
      re: 4,
      mentions: ["ana"],
    };
    server.rooms.get("R")?.lines.push({ ...line, cid });
    await settled();
    expect(await verdictOf(setting)).toMatchObject({ ok: true, head: 251 });
    server.rooms.get("R")?.lines.splice(250, 1, { ...line, cid, text: "other" });
    expect(await verdictOf(setting)).toMatchObject({ ok: false, faults: [251] });
  });
});
