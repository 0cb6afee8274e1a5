import { afterAll, describe, expect, test } from "bun:test";
import { appendFile, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Storage } from "../../sdk/api.ts";
import { fileStorage } from "../../sdk/file-storage.ts";
import { memoryStorage } from "../../sdk/storage.ts";

const folder = await mkdtemp(join(tmpdir(), "starling-sdk-"));
afterAll(() => rm(folder, { recursive: true }));
let files = 0;
const newFile = (): string => join(folder, `storage-${files++}`);

const all: [string, () => Storage][] = [
  ["memory", memoryStorage],
  ["file", () => fileStorage(newFile())],
];

for (const [name, make] of all) {
  describe(`the ${name} storage`, () => {
    test("gives back what was put; undefined removes; clear empties", async () => {
      const storage = make();
      await storage.put({ a: 1, b: { c: [null, "x"] } });
      expect([await storage.get("a"), await storage.get("b")]).toEqual([1, { c: [null, "x"] }]);
      await storage.put({ a: undefined });
      expect(await storage.get("a")).toBeUndefined();
      await storage.clear();
      expect(await storage.keys("")).toEqual([]);
    });

    test("lists keys by prefix, sorted", async () => {
      const storage = make();
      await storage.put({ "o:2": 1, "o:1": 1, x: 1 });
      expect(await storage.keys("o:")).toEqual(["o:1", "o:2"]);
    });
  });
}

describe("the file storage", () => {
  test("survives a restart, and is its owner's only", async () => {
    const path = newFile();
    await fileStorage(path).put({ token: "secret" });
    expect(await fileStorage(path).get("token")).toBe("secret");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("drops a torn last line as a whole, and goes on", async () => {
    const path = newFile();
    await fileStorage(path).put({ a: 1 });
    await appendFile(path, '{"a":2,"b":');
    const storage = fileStorage(path);
    expect([await storage.get("a"), await storage.get("b")]).toEqual([1, undefined]);
    await storage.put({ b: 3 });
    expect(await fileStorage(path).get("b")).toBe(3);
  });

  test("doesn't grow with what was overwritten", async () => {
    const path = newFile();
    const storage = fileStorage(path);
    for (let i = 0; i < 1_100; i++) await storage.put({ same: i });
    expect((await readFile(path, "utf8")).split("\n").length).toBeLessThan(200);
    expect(await fileStorage(path).get("same")).toBe(1_099);
  });

  test("writes in the order of the calls", async () => {
    const path = newFile();
    const storage = fileStorage(path);
    await Promise.all(Array.from({ length: 50 }, (_, i) => storage.put({ same: i })));
    expect(await fileStorage(path).get("same")).toBe(49);
  });
});
