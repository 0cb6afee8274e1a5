import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { Json } from "../../../actors/ports.ts";
import { granted, join, password, startNode, type TestNode } from "../../support/node.ts";

async function refused(node: TestNode, token: string, device = "laptop") {
  const result = await node.auth.refresh(token, device);
  return "error" in result ? result.error.code : "ok";
}

test("a refresh gives a new pair for the same session", async () => {
  const node = await startNode();
  const first = await join(node, "ana");
  const second = granted(await node.auth.refresh(first.refresh, "laptop"));
  expect(second).toMatchObject({ user: first.user, session: first.session });
  expect(second.refresh).not.toBe(first.refresh);
  expect(await node.auth.authenticate(second.access)).toMatchObject({ session: first.session });
});

test("20 refreshes side by side leave one live chain", async () => {
  const node = await startNode();
  const { refresh } = await join(node, "ana");
  const replies = await Promise.all(Array.from({ length: 20 }, () => node.auth.refresh(refresh, "laptop")));
  const successors = new Set(replies.map((reply) => granted(reply).refresh));
  expect(successors.size).toBe(1);
  for (const successor of successors) expect(await refused(node, successor)).toBe("ok");
});

test("a lost reply can be repeated by the same device within the grace", async () => {
  const node = await startNode();
  const { refresh } = await join(node, "ana");
  const lost = granted(await node.auth.refresh(refresh, "laptop"));
  node.platform.advance(limits.refreshGraceMs);
  expect(granted(await node.auth.refresh(refresh, "laptop")).refresh).toBe(lost.refresh);
});

test("a spent token after the grace ends the session, successor included", async () => {
  const node = await startNode();
  const { refresh } = await join(node, "ana");
  const next = granted(await node.auth.refresh(refresh, "laptop"));
  node.platform.advance(limits.refreshGraceMs + 1);
  expect(await refused(node, refresh)).toBe("unauthorized");
  expect(await refused(node, next.refresh)).toBe("unauthorized");
  expect(await node.auth.verify(next.access)).toBeNull();
});

test("a token two turns old ends the session even within the grace", async () => {
  const node = await startNode();
  const { refresh } = await join(node, "ana");
  const second = granted(await node.auth.refresh(refresh, "laptop"));
  const third = granted(await node.auth.refresh(second.refresh, "laptop"));
  expect(await refused(node, refresh)).toBe("unauthorized");
  expect(await refused(node, third.refresh)).toBe("unauthorized");
});

test("another device with a token, spent or fresh, ends the session", async () => {
  for (const spent of [true, false]) {
    const node = await startNode();
    const { refresh } = await join(node, "ana");
    if (spent) await node.auth.refresh(refresh, "laptop");
    expect(await refused(node, refresh, "thief")).toBe("unauthorized");
    expect(await refused(node, refresh)).toBe("unauthorized");
  }
});

test("a token that we didn't write is refused and ends nothing", async () => {
  const node = await startNode();
  const { refresh } = await join(node, "ana");
  const [session, , mac] = refresh.split(".");
  expect(await refused(node, `${session}.1.${mac}`)).toBe("unauthorized");
  expect(await refused(node, "")).toBe("unauthorized");
  expect(await refused(node, refresh)).toBe("ok");
});

test("a session ends when nobody used it for long, and after its whole life in any case", async () => {
  const idle = await startNode();
  const unused = await join(idle, "ana");
  idle.platform.advance(limits.refreshIdleMs);
  expect(await refused(idle, unused.refresh)).toBe("unauthorized");

  const busy = await startNode();
  let { refresh } = await join(busy, "ana");
  for (let lived = 0; lived + limits.refreshIdleMs / 2 < limits.sessionLifeMs; ) {
    busy.platform.advance(limits.refreshIdleMs / 2);
    lived += limits.refreshIdleMs / 2;
    refresh = granted(await busy.auth.refresh(refresh, "laptop")).refresh;
  }
  busy.platform.advance(limits.refreshIdleMs / 2);
  expect(await refused(busy, refresh)).toBe("unauthorized");
});

test("revocation is told on the user's subject, and holds for tokens already out", async () => {
  const node = await startNode();
  const ana = await join(node, "ana");
  const told: Json[] = [];
  const heard = Promise.withResolvers<void>();
  await node.services.bus.subscribe(`user.${ana.user}`, (message) => {
    if (told.push(message) === 2) heard.resolve();
  });
  expect(await node.auth.revoke(ana.user, [ana.session])).toEqual([ana.session]);
  await heard.promise;
  expect(told).toEqual([{ t: "revoked", sessions: [ana.session] }, { t: "account" }]);
  expect(await node.auth.verify(ana.access)).toBeNull();
  expect(await node.auth.revoke(ana.user, [ana.session])).toEqual([]);
});

test("nobody can revoke another's session", async () => {
  const node = await startNode();
  const ana = await join(node, "ana");
  const bo = await join(node, "bo");
  expect(await node.auth.revoke(bo.user, [ana.session])).toEqual([]);
  expect(await node.auth.authenticate(ana.access)).not.toBeNull();
});

test("a node that missed the revocation learns it from the store, or by being told", async () => {
  const node = await startNode();
  const ana = await join(node, "ana");
  await node.services.store.sessions.revoke(ana.user, [ana.session], node.platform.now());
  expect(await node.auth.verify(ana.access)).not.toBeNull();
  expect(await node.auth.authenticate(ana.access)).toBeNull();
  expect(await node.auth.verify(ana.access)).toBeNull();

  const bo = await join(node, "bo");
  node.auth.revoked([bo.session]);
  expect(await node.auth.verify(bo.access)).toBeNull();
});

test("the oldest session ends when there are too many", async () => {
  const node = await startNode();
  const first = await join(node, "ana");
  for (let i = 0; i < limits.sessionsPerUserMax; i++) {
    granted(await node.auth.login({ name: "ana", password, device: `d${i}`, label: "" }, "192.0.2.1"));
  }
  expect(await node.auth.verify(first.access)).toBeNull();
  expect(await node.services.store.sessions.ofUser(first.user)).toHaveLength(limits.sessionsPerUserMax);
});
