import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { createAccessTokens } from "../../../src/auth/access-token.ts";
import { createSigningKeys } from "../../../src/auth/signing-keys.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { manualPlatform } from "../../support/node.ts";

function nodeOf(secrets = memoryStore().secrets, platform = manualPlatform()) {
  const keys = createSigningKeys(secrets, platform);
  return { secrets, platform, keys, tokens: createAccessTokens(keys, platform) };
}

test("two nodes that start together sign with the same key", async () => {
  const one = nodeOf();
  const other = nodeOf(one.secrets, one.platform);
  const [a, b] = await Promise.all([one.keys.current(), other.keys.current()]);
  expect(a.kid).toBe(b.kid);
});

test("the same key serves a whole period, then a new one", async () => {
  const { keys, platform } = nodeOf();
  const period = limits.keyRotateMs;
  platform.advance(period - (platform.now() % period));
  const first = await keys.current();
  platform.advance(period - 1);
  expect((await keys.current()).kid).toBe(first.kid);
  platform.advance(1);
  expect((await keys.current()).kid).not.toBe(first.kid);
});

test("a token signed right before the rotation lives out its time", async () => {
  const { keys, tokens, platform } = nodeOf();
  const period = limits.keyRotateMs;
  platform.advance(period - (platform.now() % period) + period - 1_000);
  const { access } = await tokens.sign("ana", "s");
  platform.advance(limits.accessMs - 1_000);
  const { kid } = await keys.current();
  expect(JSON.parse(atob(access.split(".")[0] ?? "")).kid).not.toBe(kid);
  expect(await tokens.verify(access)).toMatchObject({ user: "ana" });
});

test("a key whose time is over makes no token that counts, whether it was known or is read again", async () => {
  const { keys, secrets, platform, tokens } = nodeOf();
  const old = await keys.current();
  platform.advance(2 * limits.keyRotateMs);
  const { access } = await createAccessTokens({ ...keys, current: async () => old }, platform).sign(
    "ana",
    "s",
  );
  expect(await tokens.verify(access)).toBe("invalid");
  expect(await nodeOf(secrets, platform).tokens.verify(access)).toBe("invalid");
});

test("a node whose clock is far ahead, for however long, ends nobody's tokens", async () => {
  const right = nodeOf();
  const ahead = nodeOf(right.secrets);
  ahead.platform.advance(60 * 24 * 3_600_000);
  for (let period = 0; period < 4; period++) {
    const { access } = await right.tokens.sign("ana", "s");
    await ahead.keys.current();
    for (const node of [right, nodeOf(right.secrets, right.platform)]) {
      expect(await node.tokens.verify(access)).toMatchObject({ user: "ana" });
      expect((await node.keys.current()).kid).toBe((await right.keys.current()).kid);
    }
    right.platform.advance(limits.keyRotateMs);
    ahead.platform.advance(limits.keyRotateMs);
  }
});

test("a key that another node made is found", async () => {
  const one = nodeOf();
  const other = nodeOf(one.secrets, one.platform);
  await other.keys.current();
  one.platform.advance(limits.keyRotateMs);
  const { access } = await one.tokens.sign("ana", "s");
  expect(await other.tokens.verify(access)).toMatchObject({ user: "ana" });
});

test("all who come at once to a node that just started are known", async () => {
  const before = nodeOf();
  const { access } = await before.tokens.sign("ana", "s");
  const { tokens } = nodeOf(before.secrets, before.platform);
  const callers = await Promise.all(Array.from({ length: 3 }, () => tokens.verify(access)));
  expect(callers).toEqual(callers.map(() => expect.objectContaining({ user: "ana" })));
});

test("made-up key ids don't turn into reads of the store", async () => {
  const { secrets, platform } = nodeOf();
  let reads = 0;
  const counted = {
    get: (name: string) => secrets.get(name),
    putIfAbsent: (name: string, value: string) => secrets.putIfAbsent(name, value),
    remove: (name: string) => secrets.remove(name),
    list: (prefix: string) => {
      reads++;
      return secrets.list(prefix);
    },
  };
  const keys = createSigningKeys(counted, platform);
  const made = (from: number) =>
    Promise.all(Array.from({ length: 100 }, (_, i) => keys.find(`made up ${from + i}`)));
  expect(await made(0)).toEqual(Array(100).fill(null));
  expect(reads).toBe(1);
  const more = made(100);
  await Promise.resolve();
  expect(reads).toBe(1);
  platform.advance(limits.keyReloadMs);
  expect(await more).toEqual(Array(100).fill(null));
  expect(reads).toBe(2);
});

test("a token that is younger than the last look for keys waits for the next one", async () => {
  const one = nodeOf();
  const other = nodeOf(one.secrets, one.platform);
  expect(await other.keys.find("made up")).toBeNull();
  const { access } = await one.tokens.sign("ana", "s");
  const verified = other.tokens.verify(access);
  await new Promise((resolve) => setImmediate(resolve));
  one.platform.advance(limits.keyReloadMs);
  expect(await verified).toMatchObject({ user: "ana" });
});
