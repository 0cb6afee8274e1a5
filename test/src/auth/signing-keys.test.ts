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

test("keys that no token can name any more are removed", async () => {
  const { keys, secrets, platform } = nodeOf();
  for (let i = 0; i < 5; i++) {
    await keys.current();
    platform.advance(limits.keyRotateMs);
  }
  expect(await secrets.list("jwt.")).toHaveLength(2);
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
