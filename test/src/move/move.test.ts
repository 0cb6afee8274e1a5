import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { Store } from "../../../actors/ports.ts";
import { catchUp } from "../../../actors/room/catch-up.ts";
import { MemoryLog } from "../../../src/log/memory.ts";
import { exportTo } from "../../../src/move/export.ts";
import { ExportFile } from "../../../src/move/export-file.ts";
import { CannotMove } from "../../../src/move/format.ts";
import { importFrom } from "../../../src/move/import.ts";
import { ImportFile } from "../../../src/move/import-file.ts";
import { assertServable } from "../../../src/move/marks.ts";
import type { Place } from "../../../src/move/place.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { temporaryFolder } from "../../contract/embedded.ts";
import { errorOf } from "../../contract/error-of.ts";
import { startLive } from "../../support/live.ts";
import { manualPlatform } from "../../support/node.ts";

const empty = (): Place => ({ log: new MemoryLog(manualPlatform()), store: memoryStore() });

let folder: ReturnType<typeof temporaryFolder>;
let path: string;
let live: Awaited<ReturnType<typeof startLive>>;
let room: string;
let ana: Awaited<ReturnType<typeof live.join>>;

/** A conversation of two, the newest of it in the log only. */
beforeEach(async () => {
  folder = temporaryFolder();
  path = `${folder.dir}/chat.starling`;
  live = await startLive();
  ana = await live.join("ana");
  room = await live.room(ana, [await live.join("bob")]);
  for (const text of ["one", "two", "three"])
    await live.call(ana, "room.post", { room, cid: live.cid(), text });
});
afterEach(async () => {
  await live[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

const options = () => ({ path, final: false, version: "1.2.3", at: 5 });
const linesIn = async (place: Place) => (await catchUp(place, room, 0, 99)).lines.map(({ line }) => line);
const epochIn = async (store: Store) => (await store.rooms.many([room]))[0]?.epoch;

async function failure(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(CannotMove);
  return error instanceof Error ? error.message : "";
}

/** Root may read every folder. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (process.geteuid?.() !== 0) return await work();
  process.seteuid?.(65_534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}

describe("an export", () => {
  test("holds what was only in the log, and its import answers with the same lines", async () => {
    const exported = await exportTo(live, options());
    expect(exported.lost).toEqual([]);
    const target = empty();
    const imported = await importFrom(await ImportFile.open(path), target, "id");
    expect(imported.count).toBe(exported.tally.count);
    expect(await linesIn(target)).toEqual(await linesIn(live));
    expect(await linesIn(target)).toHaveLength(4);
  });

  test("is readable by its owner only, and never stands there by halves", async () => {
    await exportTo(live, options());
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.partial`)).toBe(false);
    expect(await failure(exportTo(live, options()))).toContain("is there already");
  });

  test("whose name can't be made durable leaves no file, and the source open", async () => {
    const closed = `${folder.dir}/unreadable`;
    mkdirSync(closed);
    chmodSync(folder.dir, 0o711);
    chmodSync(closed, 0o333);
    const exported = asNobody(() => exportTo(live, { ...options(), path: `${closed}/chat`, final: true }));
    expect(await errorOf(exported)).toMatchObject({ code: "EACCES" });
    expect(readdirSync(closed)).toEqual([]);
    await assertServable(live.store.secrets);
  });

  test("removes nothing that took its name meanwhile, and says what is wrong", () => {
    const header = { starling: "export" as const, format: 1, version: "1.2.3", at: 5, final: false };
    using blocked = new ExportFile(path, header);
    mkdirSync(path);
    expect(() => blocked.publish()).toThrow(expect.objectContaining({ code: "EISDIR", syscall: "rename" }));
    const other = `${folder.dir}/other`;
    using robbed = new ExportFile(other, header);
    rmSync(`${other}.partial`);
    writeFileSync(other, "another's");
    expect(() => robbed.publish()).toThrow(expect.objectContaining({ code: "ENOENT" }));
    expect(readFileSync(other, "utf8")).toBe("another's");
  });

  test("of a room that lacks an event is refused, and leaves no file", async () => {
    const { log, store } = live;
    await live.history.caughtUp();
    const event = { at: 1, ord: 9, by: "x", kind: "posted", line: "{}", n: 1, mentions: [] } as const;
    const rest = { cid: null, hash: null, origin: null, target: null };
    await store.projection.apply([{ t: "event", room, seq: 9, ...event, ...rest }]);
    expect(await failure(exportTo({ log, store }, { ...options(), final: true }))).toContain(room);
    await assertServable(store.secrets);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(`${path}.partial`)).toBe(false);
  });

  test("after the log was lost names what is gone with it, and isn't final: its import begins below", async () => {
    await live.history.caughtUp();
    const { store } = live;
    const documents = { log: new MemoryLog(manualPlatform()), store };
    await store.receipts.merge([{ room, user: ana.user, delivered: 9, read: 7 }]);
    await store.snapshots.put({ room, seq: 6, position: 80, format: 1, state: "{}" });
    expect(await failure(exportTo(documents, { ...options(), final: true }))).toContain(
      "export without --final",
    );
    await assertServable(store.secrets);

    expect((await exportTo(documents, options())).lost).toEqual([{ room, from: 5, to: 9 }]);
    const target = empty();
    await importFrom(await ImportFile.open(path), target, "id");
    expect(await target.store.receipts.ofUser(ana.user, [room])).toMatchObject([{ delivered: 4, read: 4 }]);
    expect(await target.store.snapshots.get(room)).toBeNull();
    expect(await linesIn(target)).toHaveLength(4);
  });

  test("that isn't final leaves the source open, and its import has other epochs and higher versions", async () => {
    await exportTo(live, options());
    await assertServable(live.store.secrets);
    const targets = [empty(), empty()];
    for (const [i, target] of targets.entries())
      await importFrom(await ImportFile.open(path), target, `id ${i}`);
    const epochs = await Promise.all([live, ...targets].map(({ store }) => epochIn(store)));
    expect(new Set(epochs).size).toBe(3);
    const [now] = await live.store.items.versions([ana.user]);
    const [then] = (await targets[0]?.store.items.versions([ana.user])) ?? [];
    expect(then).toBe((now ?? 0) + 1_000_000);
  });

  test("that is final closes the source for ever, and its import keeps epochs and versions", async () => {
    await exportTo(live, { ...options(), final: true });
    expect(await failure(assertServable(live.store.secrets))).toContain(
      "closed by `starling export --final`",
    );
    const target = empty();
    await importFrom(await ImportFile.open(path), target, "id");
    expect(await epochIn(target.store)).toBe(await epochIn(live.store));
    expect(await target.store.items.since(ana.user, 0, 99)).toEqual(
      await live.store.items.since(ana.user, 0, 99),
    );
    await assertServable(target.store.secrets);
  });

  test("of a closed source is the final one again", async () => {
    await exportTo(live, { ...options(), final: true });
    const again = `${path}.again`;
    await exportTo(live, { ...options(), path: again });
    expect((await ImportFile.open(again)).header.final).toBe(true);
    expect(readFileSync(again, "utf8")).toBe(readFileSync(path, "utf8"));
  });
});

describe("a file is refused before anything is written", () => {
  const refusal = (text: string) => {
    writeFileSync(path, text);
    return failure(ImportFile.open(path));
  };
  let whole: string;
  beforeEach(async () => {
    const other = `${path}.whole`;
    await exportTo(live, { ...options(), path: other });
    whole = readFileSync(other, "utf8");
  });

  test("when it is cut short, wherever", async () => {
    for (const part of [0.3, 0.6, 0.9]) {
      expect(await refusal(whole.slice(0, Math.floor(whole.length * part)))).toContain("cut short");
    }
    const lines = whole.trimEnd().split("\n");
    expect(await refusal(`${lines.slice(0, -1).join("\n")}\n`)).toContain("cut short");
  });

  test("when a letter of it changed, a line is missing, or something was added", async () => {
    expect(await refusal(whole.replace("three", "thref"))).toContain("its digest is another");
    expect(await refusal(whole.replace(/\n.*\n/, "\n"))).toContain("its digest is another");
    expect(await refusal(`${whole}{}\n`)).toContain("something follows its end");
    expect(await refusal(whole.replace('{"t":"account"', '{"t":"acount"'))).toContain("is no entry");
  });

  test("when it isn't ours, is absent, or comes from a newer program", async () => {
    expect(await refusal("")).toContain("is not a Starling export");
    expect(await refusal('{"some":"json"}\n')).toContain("is not a Starling export");
    expect(await refusal(whole.replace('"format":1', '"format":2'))).toContain("use a newer program");
    expect(await failure(ImportFile.open(`${path}.absent`))).toContain("isn't there");
  });
});

describe("an import", () => {
  test("into a place that holds anything is refused", async () => {
    await exportTo(live, options());
    const target = empty();
    await target.store.secrets.putIfAbsent("installation", "another");
    expect(await failure(importFrom(await ImportFile.open(path), target, "id"))).toContain("isn't empty");
  });

  test("that was interrupted can't be served, and is finished by the same file only", async () => {
    await exportTo(live, options());
    const file = await ImportFile.open(path);
    const target = empty();
    const { archive } = target.store;
    let puts = 0;
    const failing: Place = {
      log: target.log,
      store: {
        ...target.store,
        archive: {
          entries: () => archive.entries(),
          async put(entries) {
            puts++;
            await archive.put(entries.slice(0, 7));
            throw new Error("the power went out");
          },
        },
      },
    };
    await expect(importFrom(file, failing, "first")).rejects.toThrow("the power went out");
    expect(puts).toBe(1);
    expect(await failure(assertServable(target.store.secrets))).toContain("was interrupted");
    expect(await failure(exportTo(target, { ...options(), path: `${path}.x` }))).toContain("was interrupted");

    await live.call(ana, "room.post", { room, cid: live.cid(), text: "later" });
    const other = `${path}.other`;
    await exportTo(live, { ...options(), path: other });
    expect(await failure(importFrom(await ImportFile.open(other), target, "second"))).toContain(
      "another file",
    );

    await importFrom(file, target, "third");
    await assertServable(target.store.secrets);
    expect(await linesIn(target)).toEqual((await linesIn(live)).slice(0, 4));
  });
});
