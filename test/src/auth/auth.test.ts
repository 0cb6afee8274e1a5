import { expect, test } from "bun:test";
import { granted, join, password, startNode, type TestNode } from "../../support/node.ts";

const address = "192.0.2.1";

function login(node: TestNode, name: string, secret: string) {
  return node.auth.login({ name, password: secret, device: "phone", label: "" }, address);
}

async function callerOf(node: TestNode, access: string) {
  const caller = await node.auth.authenticate(access);
  if (!caller) throw new Error("a good token was refused");
  return caller;
}

test("an unknown name and a wrong password get the same answer", async () => {
  const node = await startNode();
  await join(node, "ana");
  const wrong = await login(node, "ana", "not the password");
  expect(wrong).toMatchObject({ error: { code: "bad-credentials" } });
  expect(await login(node, "nobody", "not the password")).toEqual(wrong);
});

test("a name can be taken once, also by two at the same time", async () => {
  const node = await startNode();
  const account = { name: "ana", password, display: "Ana", device: "d", label: "" };
  const both = await Promise.all([node.auth.register(account), node.auth.register(account)]);
  expect(both.filter((one) => "ok" in one)).toHaveLength(1);
  expect(await node.auth.register(account)).toMatchObject({ error: { code: "taken", field: "name" } });
});

test("a new password ends all other sessions, keeps this one, and is the only one that works", async () => {
  const node = await startNode();
  const here = await join(node, "ana");
  const there = granted(await login(node, "ana", password));
  const caller = await callerOf(node, here.access);
  const change = { current: password, next: "an entirely new one" };
  expect(granted(await node.auth.changePassword(caller, change, address))).toEqual([there.session]);
  expect(await node.auth.authenticate(there.access)).toBeNull();
  expect(await node.auth.authenticate(here.access)).not.toBeNull();
  expect(await login(node, "ana", password)).toMatchObject({ error: { code: "bad-credentials" } });
  expect(await login(node, "ana", change.next)).toMatchObject({ ok: {} });
});

test("a new password is never set without the end of the other sessions, whatever fails after it", async () => {
  const node = await startNode();
  const here = await join(node, "ana");
  const there = granted(await login(node, "ana", password));
  const caller = await callerOf(node, here.access);
  node.services.store.sessions.revoke = () => Promise.reject(new Error("the process died here"));
  node.services.store.sessions.ofUser = () => Promise.reject(new Error("or here"));
  const change = { current: password, next: "an entirely new one" };
  await node.auth.changePassword(caller, change, address).catch(() => {});
  expect(await login(node, "ana", change.next)).toMatchObject({ ok: {} });
  expect(await node.auth.refresh(there.refresh, "phone")).toMatchObject({ error: { code: "unauthorized" } });
});

test("a wrong current password changes nothing", async () => {
  const node = await startNode();
  const { access } = await join(node, "ana");
  const caller = await callerOf(node, access);
  const change = { current: "a wild guess", next: "an entirely new one" };
  expect(await node.auth.changePassword(caller, change, address)).toMatchObject({
    error: { code: "bad-credentials" },
  });
  expect(await login(node, "ana", password)).toMatchObject({ ok: {} });
});

test("a sign-in that overlaps a change of password doesn't survive it", async () => {
  const node = await startNode();
  const { access, user } = await join(node, "ana");
  const caller = await callerOf(node, access);
  // The change lands between the proof of the old password and the opening of the session.
  const { sessions, accounts } = node.services.store;
  const create = sessions.create.bind(sessions);
  sessions.create = async (session, cap) => {
    sessions.create = create;
    const change = { current: password, next: "an entirely new one" };
    granted(await node.auth.changePassword(caller, change, address));
    return create(session, cap);
  };
  expect(await login(node, "ana", password)).toMatchObject({ error: { code: "bad-credentials" } });
  expect((await accounts.byId(user))?.password).toBeString();
  expect((await sessions.ofUser(user)).map(({ id }) => id)).toEqual([caller.session]);
});

test("every refusal is counted by its reason", async () => {
  const node = await startNode();
  const ana = await join(node, "ana");
  await login(node, "ana", "wrong");
  await node.auth.verify("nonsense");
  await node.auth.revoke(ana.user, [ana.session]);
  await node.auth.verify(ana.access);
  await node.auth.refresh(ana.refresh, "laptop");
  expect(node.failures).toEqual(["bad-credentials", "invalid", "revoked", "ended"]);
});
