import { describe, expect, test } from "bun:test";
import { createAccount } from "../../sdk/account.ts";
import { posted } from "./entries.ts";
import { clientOf, online, type Setting, settled, signedIn } from "./harness.ts";
import { inRoom } from "./room-kit.ts";

const asOther = (tokens: () => object) => () => ({
  status: 200,
  body: { ...tokens(), user: "other", session: "S2" },
});

/** Somebody online whose message has no answer yet. */
async function withMessageUnderWay(): Promise<Setting> {
  const setting = await inRoom();
  setting.server.on("room.post", () => "silence");
  const sent = setting.client.room("R").send({ text: "mine" });
  sent.catch(() => {});
  await settled();
  return setting;
}

describe("a session", () => {
  test("survives a restart where a storage is given", async () => {
    const { client, server, storage, platform } = await online();
    await client.close();
    const next = clientOf({ platform, server, storage });
    await next.connect();
    await settled();
    expect([next.connection, next.me?.id]).toEqual(["online", "me"]);
    expect(server.posts.map(({ path }) => path)).toEqual(["login"]);
  });

  test("is needed to connect", async () => {
    const { server, storage, platform } = await signedIn();
    await storage.clear();
    const next = clientOf({ platform, server, storage });
    await expect(next.connect()).rejects.toMatchObject({ code: "unauthorized" });
  });

  test("that another user begins finds nothing of the former one", async () => {
    const { client, server, storage, platform } = await withMessageUnderWay();
    server.http.set(
      "login",
      asOther(() => ({ access: "a", accessExpiresAt: platform.now() + 600_000, refresh: "r" })),
    );
    await client.login({ name: "other", password: "long enough" });
    expect(await storage.keys("outbox:")).toEqual([]);
    expect([client.connection, client.rooms.snapshot(), client.outbox.list()]).toEqual(["closed", [], []]);
    server.rooms.clear();
    await client.connect();
    await platform.advance(1_000);
    expect(client.me?.id).toBe("other");
    expect(server.link.ops("room.post")).toEqual([]);
    expect(client.room("R").timeline.snapshot()).toEqual([]);
  });

  test("that another user begins repeats nothing that the former one was refused", async () => {
    const { client, server, platform } = await inRoom();
    server.push("R", posted(1, "ana", "seen"));
    const later = { error: { code: "overloaded", retryable: true, retryAfterMs: 5_000 } } as const;
    for (const op of ["room.read", "presence.watch"]) server.on(op, () => later);
    client.watch(["ana"]);
    client.room("R").markRead(1);
    await platform.advance(200);
    expect(server.link.ops("room.read").length).toBe(1);
    server.http.set(
      "login",
      asOther(() => ({ access: "a", accessExpiresAt: platform.now() + 600_000, refresh: "r" })),
    );
    await client.login({ name: "other", password: "long enough" });
    await client.connect();
    await platform.advance(10_000);
    expect([client.connection, client.me?.id]).toEqual(["online", "other"]);
    expect(server.link.ops("room.read")).toEqual([]);
    expect(server.link.ops("presence.watch").map(({ in: input }) => input)).not.toContainEqual({
      users: ["ana"],
    });
  });

  test("of the same user, begun anew after a revocation, sends what was waiting", async () => {
    const { client, server, platform } = await withMessageUnderWay();
    server.link.hangUp(4501);
    await client.login({ name: "me", password: "long enough" });
    await client.connect();
    await platform.advance(1_000);
    expect(server.link.ops("room.post")[0]?.in).toMatchObject({ text: "mine", again: true });
  });

  test("that logs out leaves nothing on the device, and tells the server when it can", async () => {
    const { client, server, storage } = await online();
    await client.logout();
    expect(server.link.ops("session.logout").length).toBe(1);
    expect(await storage.keys("")).toEqual([]);
    expect([client.connection, client.me]).toEqual(["closed", null]);
    await client.logout();
  });

  test("carries the device's id into each refresh, so that a lost reply can be repeated", async () => {
    const { server } = await online();
    server.link.hangUp(4500);
    await settled();
    const [login, refresh] = server.posts.map(({ body }) => body);
    expect(login).toMatchObject({ name: "me", label: "Starling SDK" });
    expect(refresh).toEqual({ refresh: "refresh-1", device: login?.device });
  });

  test("names its errors, whatever the server sends", async () => {
    const { client, server } = await signedIn();
    const login = () =>
      client.login({ name: "me", password: "wrong" }).catch((error) => [error.code, error.retryable]);
    server.http.set("login", () => ({
      status: 401,
      body: { error: { code: "bad-credentials", message: "name or password is wrong", retryable: false } },
    }));
    expect(await login()).toEqual(["bad-credentials", false]);
    server.http.set("login", () => ({ status: 502, body: "<html>" }));
    expect(await login()).toEqual(["unavailable", true]);
    server.http.set("login", () => "offline");
    expect(await login()).toEqual(["unavailable", true]);
  });
});

describe("the account's mirror", () => {
  const item = (key: string, version: number, value: object | null) => ({ key, version, value });

  test("follows deltas part by part, and drops what was removed", async () => {
    const asked: unknown[] = [];
    const parts = [
      {
        version: 7,
        more: true,
        items: [item("profile", 3, { name: "me" }), item("room:R", 5, { role: "member" })],
      },
      { version: 7, more: false, items: [item("room:R", 6, null)] },
    ];
    const account = createAccount(async (_, input) => {
      asked.push(input);
      return parts.shift();
    });
    await account.sync(7);
    expect(asked).toEqual([{ since: 0 }, { since: 5 }]);
    expect([account.profile?.name, account.rooms()]).toEqual(["me", []]);
  });

  test("doesn't lose a change that is announced while it asks", async () => {
    const asked: unknown[] = [];
    const answers = [Promise.withResolvers<unknown>(), Promise.withResolvers<unknown>()];
    const account = createAccount((_, input) => {
      asked.push(input);
      return answers[asked.length - 1]?.promise ?? Promise.reject(new Error("asked too often"));
    });
    const first = account.sync(1);
    const second = account.sync(2);
    answers[0]?.resolve({ version: 1, more: false, items: [] });
    await settled();
    answers[1]?.resolve({ version: 2, more: false, items: [] });
    await Promise.all([first, second]);
    expect(asked).toEqual([{ since: 0 }, { since: 1 }]);
  });

  test("doesn't wait for a version that the server hasn't got", async () => {
    let asked = 0;
    const account = createAccount(async () => {
      asked++;
      return { version: 4, more: false, items: [] };
    });
    await account.sync(9);
    expect(asked).toBe(1);
  });
});
