import { describe, expect, test } from "bun:test";
import type { ConnectionChange } from "../../sdk/api.ts";
import { posted } from "./entries.ts";
import { online, settled, signedIn } from "./harness.ts";

describe("hello", () => {
  test("carries the token in the first frame, then rooms resume, then it is online", async () => {
    const { client, server, platform } = await signedIn();
    server.room("R", [posted(1, "ana", "hello")]);
    const states: string[] = [];
    client.on("connection", ({ state }) => states.push(state));
    await client.connect();
    await platform.advance(0);
    expect(server.link.sent[0]).toEqual({ t: "hello", token: "access-1", tab: "T" });
    expect(server.link.frames("resume")).toMatchObject([{ rooms: { R: null } }]);
    expect(states).toEqual(["connecting", "catching-up", "online"]);
  });

  test("no answer to it in time means another try", async () => {
    const { client, server, platform } = await signedIn();
    server.welcomes = false;
    await client.connect();
    await platform.advance(10_000 + 500);
    expect(server.links.length).toBe(2);
    expect(server.links[0]?.closedWith).not.toBeNull();
  });

  test("loggers see every frame, and no token", async () => {
    const { client, server } = await signedIn();
    const frames: unknown[] = [];
    client.on("frame", ({ frame }) => frames.push(frame));
    await client.connect();
    await settled();
    expect(frames.length).toBeGreaterThanOrEqual(4);
    expect(JSON.stringify(frames)).not.toContain("access-1");
    expect(server.link.sent[0]).toMatchObject({ token: "access-1" });
  });
});

describe("coming back", () => {
  test("waits a random time up to a ceiling that doubles to 20 s; the first up to 0.5 s", async () => {
    const { client, server, platform } = await signedIn();
    server.welcomes = false;
    const waits: number[] = [];
    client.on("connection", ({ retryInMs }) => {
      if (retryInMs !== undefined) waits.push(retryInMs);
    });
    platform.chance = 0.999_999;
    await client.connect();
    for (let i = 0; i < 8; i++) {
      await settled();
      server.link.hangUp(1006);
      await platform.advance(20_000);
    }
    expect(waits.slice(0, 8).map(Math.ceil)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000,
    ]);
    platform.chance = 0;
    server.link.hangUp(1006);
    expect(waits.at(-1)).toBe(0);
  });

  test("begins anew with short waits only after 5 s up", async () => {
    const { client, server, platform } = await online();
    platform.chance = 0.999_999;
    const waits: number[] = [];
    client.on("connection", ({ retryInMs }) => {
      if (retryInMs !== undefined) waits.push(Math.ceil(retryInMs));
    });
    await platform.advance(4_000);
    server.link.hangUp(1006);
    await platform.advance(1_000);
    server.link.hangUp(1006);
    await platform.advance(5_000 + 1_000);
    server.link.hangUp(1006);
    expect(waits).toEqual([500, 1_000, 500]);
  });

  test("a draining node says how long at most", async () => {
    const { client, server } = await online();
    const changes: ConnectionChange[] = [];
    client.on("connection", (change) => changes.push(change));
    server.link.hangUp(4000, "afterMs=8000");
    expect(changes).toEqual([{ state: "offline", code: 4000, reason: "afterMs=8000", retryInMs: 4_000 }]);
  });

  test("resumes where it was", async () => {
    const { client, server, platform } = await online(({ server }) => {
      server.room("R", [posted(1, "ana", "one")]);
    });
    server.link.hangUp(1006);
    server.room("R", [posted(1, "ana", "one"), posted(2, "ana", "two")]);
    await platform.advance(500);
    expect(server.link.frames("resume")).toMatchObject([{ rooms: { R: ["E", 1] } }]);
    expect(client.connection).toBe("online");
    expect(client.room("R").info().head).toBe(2);
  });

  test("asks for at most as many rooms in a frame as the server allows", async () => {
    const { client, server } = await signedIn();
    server.resumeRoomsMax = 2;
    for (const id of ["A", "B", "C"]) server.room(id, [posted(1, "ana", "x")]);
    await client.connect();
    await settled();
    const frames = server.link.frames("resume").map((frame) => Object.keys(frame.rooms ?? {}));
    expect(frames).toEqual([["A", "B"], ["C"]]);
    expect(client.connection).toBe("online");
  });

  test("a resume that isn't done within a minute is begun anew, pings or not", async () => {
    const { server, client, platform } = await signedIn();
    server.room("R", [posted(1, "ana", "x")]);
    server.resumes = false;
    await client.connect();
    for (let i = 0; i < 3; i++) {
      await platform.advance(19_000);
      server.link.deliver({ t: "ping", heads: 0 });
    }
    expect([client.connection, server.links.length]).toEqual(["catching-up", 1]);
    await platform.advance(3_500);
    expect(server.links.length).toBe(2);
  });

  test("the network's return doesn't wait for the timer", async () => {
    const { server, platform } = await online();
    platform.chance = 0.999;
    server.link.hangUp(1006);
    dispatchEvent(new Event("online"));
    await settled();
    expect(server.links.length).toBe(2);
  });

  test("connect() doesn't wait for the timer either", async () => {
    const { client, server, platform } = await online();
    platform.chance = 0.999;
    server.link.hangUp(1006);
    await client.connect();
    await settled();
    expect([client.connection, server.links.length]).toEqual(["online", 2]);
  });

  test("two pings that don't come are death, whatever the socket says", async () => {
    const { server, client, platform } = await online();
    await platform.advance(25_000);
    server.link.deliver({ t: "ping", heads: 0 });
    expect(server.link.sent.at(-1)).toEqual({ t: "pong" });
    await platform.advance(49_999);
    expect(server.links.length).toBe(1);
    await platform.advance(1);
    expect(client.connection).toBe("offline");
    await platform.advance(500);
    expect(server.links.length).toBe(2);
  });

  test("a frame that isn't JSON ends the connection, not the client", async () => {
    const { server, client, platform } = await online();
    server.link.raw("{");
    expect(client.connection).toBe("offline");
    await platform.advance(500);
    expect(client.connection).toBe("online");
  });

  test("frames of an old connection are not heard", async () => {
    const { server, client, platform } = await online();
    const [old] = server.links;
    old?.hangUp(1006);
    await platform.advance(500);
    old?.deliver({ t: "events", room: "R", epoch: "E", from: 1, events: [posted(1, "ana", "ghost")] });
    old?.hangUp(4503);
    expect(client.connection).toBe("online");
    expect(client.room("R").info().head).toBe(0);
  });
});

describe("close codes", () => {
  test("4500 refreshes the token once", async () => {
    const { server, client } = await online();
    server.link.hangUp(4500);
    await settled();
    expect(server.posts.map(({ path }) => path)).toEqual(["login", "refresh"]);
    expect(server.link.sent[0]).toMatchObject({ t: "hello", token: "access-2" });
    expect(client.connection).toBe("online");
  });

  test("4500 twice in a row stops; the session stays, since its token could be refreshed", async () => {
    const { server, client } = await online();
    server.welcomes = false;
    let out = 0;
    client.on("signedOut", () => out++);
    server.link.hangUp(4500);
    await settled();
    server.link.hangUp(4500, "token refused");
    await settled();
    expect([client.connection, out, server.links.length]).toEqual(["closed", 0, 2]);
    server.welcomes = true;
    await client.connect();
    await settled();
    expect(client.connection).toBe("online");
  });

  test("a refresh that finds no network is tried again, and nobody is signed out", async () => {
    const { server, client, platform } = await online();
    const refresh = server.http.get("refresh");
    server.http.set("refresh", () => "offline");
    server.link.hangUp(4500);
    await platform.advance(2_000);
    expect(client.connection).toBe("offline");
    if (refresh) server.http.set("refresh", refresh);
    await platform.advance(20_000);
    expect(client.connection).toBe("online");
    expect(server.links.length).toBe(2);
  });

  test("a refresh that is refused ends the session", async () => {
    const { server, client } = await online();
    server.http.set("refresh", () => ({
      status: 401,
      body: { error: { code: "unauthorized", message: "spent", retryable: false } },
    }));
    const out: unknown[] = [];
    client.on("signedOut", (event) => out.push(event));
    server.link.hangUp(4500);
    await settled();
    expect([client.connection, client.me]).toEqual(["closed", null]);
    expect(out).toEqual([{ code: 4500, reason: "spent" }]);
  });

  for (const code of [4501, 4504]) {
    test(`${code} stops and signs out`, async () => {
      const { server, client, platform } = await online();
      let out = 0;
      client.on("signedOut", () => out++);
      server.link.hangUp(code);
      await platform.advance(60_000);
      expect([client.connection, out, server.links.length]).toEqual(["closed", 1, 1]);
    });
  }

  for (const code of [4502, 4503]) {
    test(`${code} stops, and the user stays signed in`, async () => {
      const { server, client, platform } = await online();
      let out = 0;
      client.on("signedOut", () => out++);
      server.link.hangUp(code);
      await platform.advance(60_000);
      expect([client.connection, out, server.links.length]).toEqual(["closed", 0, 1]);
      await client.connect();
      await settled();
      expect(client.connection).toBe("online");
    });
  }

  for (const code of [1001, 1006, 4001, 4002, 4003, 4499]) {
    test(`${code} comes back`, async () => {
      const { server, client, platform } = await online();
      server.link.hangUp(code);
      await platform.advance(500);
      expect([client.connection, server.links.length]).toEqual(["online", 2]);
    });
  }

  test("4002 drops the copies", async () => {
    const { server, platform } = await online(({ server }) => {
      server.room("R", [posted(1, "ana", "x")]);
    });
    server.link.hangUp(4002);
    await platform.advance(500);
    expect(server.link.frames("resume")[0]?.rooms).toEqual({ R: null });
  });
});

describe("the token", () => {
  test("is renewed on the open socket before it expires", async () => {
    const { server, client, platform } = await online(({ server }) => {
      server.accessMs = 30_000;
    });
    await platform.advance(27_000);
    expect(server.link.frames("renew")).toEqual([{ t: "renew", token: "access-2" }]);
    await platform.advance(20_000);
    server.link.deliver({ t: "ping", heads: 0 });
    await platform.advance(10_000);
    expect(server.link.frames("renew").length).toBe(2);
    expect([client.connection, server.links.length]).toEqual(["online", 1]);
  });

  test("that another tab has refreshed is taken from the storage", async () => {
    const { server, storage, platform } = await online();
    const tokens = (await storage.get("session")) as object;
    await storage.put({
      session: {
        ...tokens,
        access: "theirs",
        refresh: "theirs too",
        accessExpiresAt: platform.now() + 600_000,
      },
    });
    server.link.hangUp(4500);
    await settled();
    expect(server.link.sent[0]).toMatchObject({ token: "theirs" });
    expect(server.posts.map(({ path }) => path)).toEqual(["login"]);
  });
});

describe("requests", () => {
  test("without a reply in time have an unknown outcome", async () => {
    const { server, client, platform } = await online();
    server.on("user.find", () => "silence");
    const found = client.findUser("ana").catch((error) => error);
    await platform.advance(10_000);
    expect(await found).toMatchObject({ code: "unknown", retryable: true });
  });

  test("that were never sent are definite", async () => {
    const { client, platform } = await signedIn();
    const found = client.findUser("ana").catch((error) => error);
    await platform.advance(10_000);
    expect(await found).toMatchObject({ code: "unavailable", retryable: true });
  });

  test("wait for the next connection within their time", async () => {
    const { server, client, platform } = await online();
    server.on("user.find", () => ({ ok: { user: null } }));
    server.link.hangUp(1006);
    const found = client.findUser("ana");
    await platform.advance(500);
    expect(await found).toBeNull();
  });

  test("that were sent when the connection ended fail as unknown", async () => {
    const { server, client } = await online();
    server.on("user.find", () => "silence");
    const found = client.findUser("ana").catch((error) => error);
    await settled();
    server.link.hangUp(1006);
    expect(await found).toMatchObject({ code: "unknown" });
  });

  test("never exceed what the server takes at once", async () => {
    const { server, client } = await online(({ server }) => {
      server.inFlightMax = 2;
    });
    server.on("user.find", () => "silence");
    for (let i = 0; i < 5; i++) client.findUser("ana").catch(() => {});
    await settled();
    expect(server.link.ops("user.find").length).toBe(2);
    server.link.deliver({ re: server.link.ops("user.find")[0]?.id ?? 0, ok: { user: null } });
    expect(server.link.ops("user.find").length).toBe(3);
  });

  test("carry the error's code, field and bound", async () => {
    const { server, client } = await online();
    server.on("account.profile", () => ({ error: { code: "invalid", field: "about", bound: 500 } }));
    expect(await client.setProfile({ about: "…" }).catch((error) => error)).toMatchObject({
      ...{ name: "StarlingError", code: "invalid", retryable: false, field: "about", bound: 500 },
    });
  });
});

describe("closing", () => {
  test("leaves no timer behind and settles every promise", async () => {
    const { server, client, platform } = await online();
    server.on("user.find", () => "silence");
    const found = client.findUser("ana").catch((error) => error.code);
    await platform.advance(20);
    await client.close();
    expect(await found).toBe("unknown");
    expect(platform.waiting).toBe(0);
    expect(server.link.closedWith).toBe(1000);
  });

  const begun = {
    "at first": () => signedIn(),
    "coming back": async () => {
      const setting = await online();
      setting.server.link.hangUp(1006);
      return setting;
    },
  };

  for (const when of ["connecting", "catching-up", "online"]) {
    for (const how of ["close", "logout"] as const) {
      test.each(Object.entries(begun))(
        `${how} by whoever hears "${when}" is obeyed: %s`,
        async (_, begin) => {
          const { client, server, platform } = await begin();
          const states: string[] = [];
          client.on("connection", ({ state }) => {
            states.push(state);
            if (state === when) void client[how]();
          });
          await client.connect();
          await platform.advance(60_000);
          expect(states.slice(states.indexOf(when))).toEqual([when, "closed"]);
          expect(server.links.filter(({ closedWith }) => closedWith === null)).toEqual([]);
          expect(platform.waiting).toBe(0);
        },
      );
    }
  }

  test("while connecting never opens a socket", async () => {
    const { client, server } = await signedIn();
    void client.connect();
    await client.close();
    await settled();
    expect(server.links.length).toBe(0);
  });

  test("ready() settles: online, closed, or out of time", async () => {
    const { client, server, platform } = await signedIn();
    server.welcomes = false;
    await client.connect();
    const late = client.ready(1_000).catch((error) => error.code);
    await platform.advance(1_000);
    expect(await late).toBe("unavailable");
    const closed = client.ready().catch((error) => error.code);
    await client.close();
    expect(await closed).toBe("unavailable");
  });
});
