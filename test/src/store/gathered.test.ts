import { expect, test } from "bun:test";
import { Gathered } from "../../../src/store/gathered.ts";

/** Reads that answer when they are told to. */
function given() {
  const reads: { key: string; items: readonly number[]; answer(): void; fail(): void }[] = [];
  const gathered = new Gathered<number, string>((key, items) => {
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const answer = () => resolve(items.map((item) => `${key}${item}`));
    reads.push({ key, items, answer, fail: () => reject(new Error("away")) });
    return promise;
  });
  return { gathered, reads };
}

test("the first one waits for nobody; who comes while it reads shares the next read", async () => {
  const { gathered, reads } = given();
  const first = gathered.ask("a", 1);
  const others = [gathered.ask("a", 2), gathered.ask("a", 3)];
  const elsewhere = gathered.ask("b", 9);
  expect(reads.map(({ key, items }) => [key, items])).toEqual([
    ["a", [1]],
    ["b", [9]],
  ]);
  reads[1]?.answer();
  expect(await elsewhere).toBe("b9");
  reads[0]?.answer();
  expect(await first).toBe("a1");
  expect(reads[2]?.items).toEqual([2, 3]);
  reads[2]?.answer();
  expect(await Promise.all(others)).toEqual(["a2", "a3"]);
  const later = gathered.ask("a", 4);
  expect(reads[3]?.items).toEqual([4]);
  reads[3]?.answer();
  expect(await later).toBe("a4");
});

test("a read that fails fails for those whom it served, and for nobody else", async () => {
  const { gathered, reads } = given();
  const [first, second] = [gathered.ask("a", 1), gathered.ask("a", 2)];
  reads[0]?.fail();
  await expect(first).rejects.toThrow("away");
  reads[1]?.answer();
  expect(await second).toBe("a2");
});
