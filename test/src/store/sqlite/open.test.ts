import { describe, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { Unavailable } from "../../../../actors/ports.ts";
import { openWriting } from "../../../../src/store/sqlite/connection.ts";
import { UnusableFolder } from "../../../../src/store/sqlite/errors.ts";
import { openEmbedded } from "../../../../src/store/sqlite/open.ts";
import { openTemporary, temporaryFolder, unexpected } from "../../../contract/embedded.ts";
import { errorOf } from "../../../contract/error-of.ts";
import { draft } from "../../../contract/log.contract.ts";
import { cidOf, posted } from "../../../contract/writes.ts";

describe("the data folder", () => {
  test("is made, and readable by its owner only", async () => {
    using folder = temporaryFolder();
    const dir = `${folder.dir}/deep/data`;
    await using _ = await openEmbedded({ dir, fatal: unexpected });
    expect(statSync(dir).mode & 0o777).toBe(0o700);
    for (const file of ["starling.db", "starling.db-wal"]) {
      expect(statSync(`${dir}/${file}`).mode & 0o777).toBe(0o600);
    }
  });

  test("is written so that an acknowledgement outlives a power cut, and a deletion leaves no bytes", async () => {
    await using temporary = await openTemporary();
    using db = openWriting(`${temporary.dir}/starling.db`);
    const setting = (name: string) => Object.values(db.query(`PRAGMA ${name}`).get() ?? {})[0];
    expect(setting("journal_mode")).toBe("wal");
    // FULL: each commit is synced before it is told.
    expect(setting("synchronous")).toBe(2);
    expect([setting("fullfsync"), setting("checkpoint_fullfsync"), setting("secure_delete")]).toEqual([
      1, 1, 1,
    ]);
    expect(setting("wal_autocheckpoint")).toBe(0);
  });

  test("has one owner: a second process is told that it is in use", async () => {
    await using temporary = await openTemporary();
    const program = `
      import { openEmbedded } from "${import.meta.dir}/../../../../src/store/sqlite/open.ts";
      await openEmbedded({ dir: process.argv.at(-1), fatal: () => {} })
        .then(() => console.log("opened"), (error) => console.log(error.message));
      process.exit(0);`;
    const second = Bun.spawn([process.execPath, "-e", program, temporary.dir]);
    expect((await new Response(second.stdout).text()).trim()).toBe(
      `the data folder ${temporary.dir} is in use by another process`,
    );
  });

  test("is free again after closing", async () => {
    await using temporary = await openTemporary();
    const { dir } = temporary;
    expect(await errorOf(openEmbedded({ dir, fatal: unexpected }))).toBeInstanceOf(UnusableFolder);
    await temporary.embedded[Symbol.asyncDispose]();
    await using again = await openEmbedded({ dir, fatal: unexpected });
    expect(await again.log.heads(["r"])).toEqual([{ position: 0, seq: 0 }]);
  });

  test("closing performs what was asked before, and refuses what comes after", async () => {
    await using temporary = await openTemporary();
    const appends = ["a", "b", "c"].map((room) => temporary.embedded.log.append(room, 0, draft(room, 1)));
    const { log } = temporary.embedded;
    const { log: reopened } = await temporary.reopen();
    const positions = await Promise.all(appends);
    expect((await reopened.heads(["a", "b", "c"])).map(({ position }) => position)).toEqual(positions);
    expect(await errorOf(log.append("d", 0, draft("d", 1)))).toBeInstanceOf(Unavailable);
  });
});

describe("a full disk", () => {
  /** Appends until the database is full; the room's last position and seq. */
  async function fill(log: Awaited<ReturnType<typeof openTemporary>>["embedded"]["log"]) {
    for (let seq = 1, position = 0; ; seq++) {
      const draftOf = { ...draft("r", seq), frame: "x".repeat(10_000) };
      const result = await log.append("r", position, draftOf).catch((error: unknown) => error);
      if (typeof result !== "number") return { error: result, position, seq: seq - 1 };
      position = result;
    }
  }

  test("is refused as unavailable, nothing is written, reads go on, and space heals it", async () => {
    await using temporary = await openTemporary({ pagesMax: 200 });
    const { log, store } = temporary.embedded;
    const got: number[] = [];
    await log.subscribe("r", ({ from }) => got.push(from));
    const { error, position, seq } = await fill(log);
    expect(error).toBeInstanceOf(Unavailable);
    expect(seq).toBeGreaterThan(10);
    expect(await log.heads(["r"])).toEqual([{ position, seq }]);
    expect(await log.tail("r", 0, Number.MAX_SAFE_INTEGER)).toHaveLength(seq);
    const storing = store.secrets.putIfAbsent("k", "x".repeat(100_000));
    expect(await errorOf(storing)).toBeInstanceOf(Unavailable);

    expect(await log.trim(0, Number.MAX_SAFE_INTEGER, position - 1)).toBe(seq - 1);
    await log.append("r", position, draft("r", seq + 1));
    expect((await log.heads(["r"]))[0]?.seq).toBe(seq + 1);
    expect(got).toEqual(Array.from({ length: seq + 1 }, (_, i) => i + 1));
  });

  test("refuses only what doesn't fit", async () => {
    await using temporary = await openTemporary({ pagesMax: 200 });
    const { log } = temporary.embedded;
    const large = { ...draft("large", 1), frame: "x".repeat(1_000_000) };
    const results = await Promise.allSettled([
      log.append("small", 0, draft("small", 1)),
      log.append("large", 0, large),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect((await log.heads(["small", "large"])).map(({ seq }) => seq)).toEqual([1, 0]);
  });
});

describe("a poisonous write", () => {
  test("fails alone: what shared its group lands", async () => {
    await using temporary = await openTemporary();
    const { log, store } = temporary.embedded;
    await store.projection.apply([posted(1, "ana")]);
    const results = await Promise.allSettled([
      log.append("r", 0, draft("r", 1)),
      // The same cid at another seq breaks P2: no log can hold that.
      store.projection.apply([posted(2, "ana", "x", { cid: cidOf(1) })]),
      store.projection.apply([posted(3, "ana")]),
      log.append("s", 0, draft("s", 1)),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
    expect((await store.messages.range("r", 1, 9, 9)).map(({ seq }) => seq)).toEqual([1, 3]);
  });

  test("says nothing of what people wrote", async () => {
    await using temporary = await openTemporary();
    const { projection } = temporary.embedded.store;
    await projection.apply([posted(1, "ana", "secret")]);
    const error = await errorOf(projection.apply([posted(2, "ana", "secret", { cid: cidOf(1) })]));
    expect(String(error)).toContain("UNIQUE");
    expect(String(error)).not.toContain("secret");
  });
});

test("a bulk larger than an operation is applied whole, each user named once", async () => {
  await using temporary = await openTemporary();
  const { projection, messages } = temporary.embedded.store;
  await projection.apply(Array.from({ length: 500 }, (_, i) => posted(i + 1, "ana")));
  expect(await messages.range("r", 1, 999, 999)).toHaveLength(500);
});

test("deleted text leaves the file, not only the answers", async () => {
  await using temporary = await openTemporary();
  const { projection } = temporary.embedded.store;
  await projection.apply([
    posted(1, "ana", "the-word-to-forget"),
    { t: "tombstone", room: "r", target: 1, seq: 2 },
  ]);
  // Closing copies the WAL into the database and removes it.
  await temporary.embedded[Symbol.asyncDispose]();
  const bytes = Buffer.from(await Bun.file(`${temporary.dir}/starling.db`).arrayBuffer());
  expect(bytes.includes("tombstone")).toBe(true);
  expect(bytes.includes("the-word-to-forget")).toBe(false);
});
