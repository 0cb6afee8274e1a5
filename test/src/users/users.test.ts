import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { Store } from "../../../actors/ports.ts";
import type { Probe } from "../../../actors/runtime/probe.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { settle, startLive, until } from "../../support/live.ts";

/** A store whose next syncs of accounts fail. */
function blinking() {
  const memory = memoryStore();
  const state = { fails: 0 };
  const store: Store = {
    ...memory,
    items: {
      versions: (users) => memory.items.versions(users),
      async since(...args) {
        if (state.fails > 0) {
          state.fails--;
          throw new Error("the store blinked");
        }
        return await memory.items.since(...args);
      },
    },
  };
  return { store, state };
}

test("a session revoked after its user's actor crashed is closed within 30 s", async () => {
  const { store, state } = blinking();
  const node = await startLive({ store });
  const eve = await node.join("eve");
  const { socket } = await node.connect(eve);
  state.fails = limits.restartsMax + 1;
  await node.call(eve, "account.profile", { about: "new" });
  while (state.fails > 0) {
    await settle();
    node.platform.advance(1_000);
  }
  await settle();
  // Nobody hears it: the actor is in quarantine.
  await node.auth.revoke(eve.user, [eve.session]);
  node.platform.advance(limits.versionCheckMs);
  await until(() => socket.closed !== null);
  expect(socket.closed?.code).toBe(4501);
});

test("after a crash a user's presence and what their sockets were told are as before", async () => {
  const { store, state } = blinking();
  const node = await startLive({ store });
  const [eve, ana] = [await node.join("eve"), await node.join("ana")];
  const { socket, connection } = await node.connect(eve);
  node.gateway.receive(connection, JSON.stringify({ op: "presence.set", in: { state: "away" } }));
  await settle();
  state.fails = 1;
  await node.call(eve, "account.profile", { about: "lost tell" });
  await until(() => state.fails === 0);
  await settle();
  expect(socket.of("account")).toEqual([]);
  node.platform.advance(limits.restartDelayMs);
  await until(() => socket.of("account").length > 0);
  expect(await node.call(ana, "presence.watch", { users: [eve.user] })).toMatchObject({
    states: [{ state: "away" }],
  });
});

test("a look at the versions wakes nobody who has heard everything", async () => {
  let mail = 0;
  const probe: Probe = {
    admitted: (kind) => {
      if (kind === "user") mail++;
    },
    turned: () => {},
    changed: () => {},
    failed: () => {},
  };
  const node = await startLive({}, { probe });
  const eve = await node.join("eve");
  await node.connect(eve);
  await settle();
  expect(mail).toBeGreaterThan(0);
  mail = 0;
  node.platform.advance(limits.versionCheckMs);
  await settle();
  expect(mail).toBe(0);
});

test("somebody whose client floods and goes is offline", async () => {
  const node = await startLive();
  const [eve, ana] = [await node.join("eve"), await node.join("ana")];
  const { connection } = await node.connect(eve);
  for (let i = 0; i < 2 * limits.userMailboxMax; i++) {
    node.services.live.away(eve.user, connection.connection, i % 2 === 0);
    node.bus.publish(`user.${eve.user}`, { t: "revoked", sessions: [] });
  }
  connection.gone();
  await settle();
  expect(await node.call(ana, "presence.watch", { users: [eve.user] })).toMatchObject({
    states: [{ state: "offline" }],
  });
});

test("a connection whose admission failed leaves nobody online", async () => {
  const memory = memoryStore();
  const state = { fails: false };
  const store: Store = {
    ...memory,
    sessions: {
      create: (...args) => memory.sessions.create(...args),
      ofUser: (user) => memory.sessions.ofUser(user),
      rotate: (...args) => memory.sessions.rotate(...args),
      revoke: (...args) => memory.sessions.revoke(...args),
      async byId(id) {
        if (state.fails) throw new Error("the store is away");
        return await memory.sessions.byId(id);
      },
    },
  };
  const node = await startLive({ store });
  const [eve, ana] = [await node.join("eve"), await node.join("ana")];
  state.fails = true;
  const { socket } = await node.connect(eve);
  expect(socket.closed?.code).toBe(4003);
  state.fails = false;
  expect(await node.call(ana, "presence.watch", { users: [eve.user] })).toMatchObject({
    states: [{ state: "offline" }],
  });
});

test("a full disk when the last connection goes costs the time, not the actor", async () => {
  const memory = memoryStore();
  const store: Store = {
    ...memory,
    accounts: {
      ...memory.accounts,
      create: (account) => memory.accounts.create(account),
      byId: (id) => memory.accounts.byId(id),
      byName: (name) => memory.accounts.byName(name),
      many: (ids) => memory.accounts.many(ids),
      seen: () => Promise.reject(new Error("the disk is full")),
    },
  };
  const node = await startLive({ store });
  const eve = await node.join("eve");
  const first = await node.connect(eve);
  first.connection.gone();
  await until(() => node.faults.length > 0);
  expect(String(node.faults[0])).toContain("full");
  const second = await node.connect(eve);
  node.bus.publish(`user.${eve.user}`, { t: "frame", frame: '{"t":"account","version":9}' });
  await settle();
  expect(second.socket.of("account")).toHaveLength(1);
});

test("a bus that is away for a while turns hellos away for so long, and not for the time of a quarantine", async () => {
  const node = await startLive();
  const eve = await node.join("eve");
  const subscribe = node.bus.subscribe.bind(node.bus);
  node.bus.subscribe = () => Promise.reject(new Error("the bus is away"));
  const turnedAway = node.connect(eve);
  for (let ms = 0; ms < 2 * limits.helloMs; ms += 500) {
    await settle();
    node.platform.advance(500);
  }
  expect((await turnedAway).socket.closed?.code).toBe(4003);
  node.bus.subscribe = subscribe;
  const back = node.connect(eve);
  await settle();
  node.platform.advance(limits.helloMs - 100);
  expect((await back).socket.closed).toBeNull();
});
