import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { InputOf, OperationName, OutputOf } from "../../../src/operations/catalogue.ts";
import type { Call } from "../../../src/operations/operation.ts";
import { pageOf } from "../../../src/users/delta.ts";
import { granted, join, password, startNode, type TestNode } from "../../support/node.ts";

const anybody: Call = { caller: null, connection: null, address: "192.0.2.1" };

async function callOf(node: TestNode, access: string): Promise<Call> {
  return { ...anybody, caller: await node.auth.authenticate(access) };
}

async function run<Name extends OperationName>(
  node: TestNode,
  name: Name,
  input: InputOf<Name>,
  call: Call = anybody,
): Promise<OutputOf<Name>> {
  return granted(await node.dispatch(name, input, call)) as OutputOf<Name>;
}

async function codeOf(node: TestNode, name: string, input: unknown, call: Call = anybody) {
  const result = await node.dispatch(name, input, call);
  return "error" in result ? result.error : { code: "ok" as const };
}

const device = "laptop";

test("register, log in, refresh, log out: one life", async () => {
  const node = await startNode();
  const made = await run(node, "account.register", { name: "ana", password, device });
  expect(Object.keys(made).sort()).toEqual(["access", "accessExpiresAt", "refresh", "session", "user"]);
  const again = await run(node, "session.login", { name: "ana", password, device: "phone" });
  expect(again.user).toBe(made.user);
  const next = await run(node, "session.refresh", { refresh: again.refresh, device: "phone" });
  await run(node, "session.logout", {}, await callOf(node, next.access));
  expect(await codeOf(node, "account.me", {}, await callOf(node, next.access))).toMatchObject({
    code: "unauthorized",
  });
  expect(await run(node, "account.me", {}, await callOf(node, made.access))).toEqual({
    id: made.user,
    name: "ana",
    display: "ana",
    about: "",
  });
});

test("names are one whatever their letters' case or width", async () => {
  const node = await startNode();
  await run(node, "account.register", { name: "Ana.B", password, device });
  expect(await codeOf(node, "account.register", { name: "ana.b", password, device })).toMatchObject({
    code: "taken",
  });
  expect(await run(node, "session.login", { name: "\uff21NA.b ", password, device })).toMatchObject({});
});

test.each([
  ["name", "a", limits.loginCharsMin],
  ["name", "a".repeat(33), limits.loginCharsMax],
  ["name", "ana bo", undefined],
  ["name", "an\u00e4", undefined],
  ["password", "too short", limits.passwordCharsMin],
  ["password", "x".repeat(257), limits.passwordCharsMax],
  ["display", "x".repeat(65), limits.nameCharsMax],
  ["display", "", 1],
  ["display", "a\u0000b", undefined],
  ["display", "a\u202eb", undefined],
  ["device", "", 1],
  ["label", "line\nbreak", undefined],
])("register refuses %s %j", async (field, value, bound) => {
  const node = await startNode();
  const refused = await codeOf(node, "account.register", { name: "ana", password, device, [field]: value });
  expect(refused).toMatchObject({ code: "invalid", field, ...(bound !== undefined && { bound }) });
});

test("a changed profile is what others find, and raises the account's version", async () => {
  const node = await startNode();
  const ana = await join(node, "ana");
  const bo = await callOf(node, (await join(node, "bo")).access);
  const call = await callOf(node, ana.access);
  const before = await run(node, "account.sync", {}, call);
  await run(node, "account.profile", { display: "  Ana B.  " }, call);
  await run(node, "account.profile", { about: "climbs" }, call);
  const profile = { id: ana.user, name: "ana", display: "Ana B.", about: "climbs" };
  expect(await run(node, "user.find", { name: "ANA" }, bo)).toEqual({ user: profile });
  expect(await run(node, "user.many", { users: [ana.user] }, bo)).toEqual({ users: [profile] });
  const after = await run(node, "account.sync", { since: before.version }, call);
  expect(after.version).toBeGreaterThan(before.version);
  expect(after.items.map(({ key }) => key)).toEqual(["profile"]);
});

test("looking somebody up who isn't there", async () => {
  const node = await startNode();
  const call = await callOf(node, (await join(node, "ana")).access);
  expect(await run(node, "user.find", { name: "nobody" }, call)).toEqual({ user: null });
  expect(await run(node, "user.many", { users: [node.platform.id()] }, call)).toEqual({ users: [] });
  const many = Array.from({ length: limits.lookupMax + 1 }, () => node.platform.id());
  expect(await codeOf(node, "user.many", { users: many }, call)).toMatchObject({
    code: "invalid",
    field: "users",
    bound: limits.lookupMax,
  });
});

test("sessions: the list marks this one, one can be ended, then all others", async () => {
  const node = await startNode();
  const here = await join(node, "ana");
  const login = (name: string) =>
    run(node, "session.login", { name: "ana", password, device: name, label: name });
  const [phone, tablet] = [await login("phone"), await login("tablet")];
  const call = await callOf(node, here.access);
  const { sessions } = await run(node, "session.list", {}, call);
  expect(sessions.map(({ label, current }) => [label, current])).toEqual([
    ["tablet", false],
    ["phone", false],
    ["Test", true],
  ]);
  await run(node, "session.revoke", { session: phone.session }, call);
  expect(await codeOf(node, "session.revoke", { session: phone.session }, call)).toMatchObject({
    code: "not-found",
  });
  expect(await run(node, "session.revokeOthers", {}, call)).toEqual({ revoked: 1 });
  expect(await node.auth.authenticate(tablet.access)).toBeNull();
  expect(await node.auth.authenticate(here.access)).not.toBeNull();
});

test("another's session is not there", async () => {
  const node = await startNode();
  const ana = await join(node, "ana");
  const bo = await callOf(node, (await join(node, "bo")).access);
  const refused = await codeOf(node, "session.revoke", { session: ana.session }, bo);
  expect(refused).toEqual(await codeOf(node, "session.revoke", { session: node.platform.id() }, bo));
});

test("no output ever holds a password hash or what else an account keeps to itself", async () => {
  const node = await startNode();
  const ana = await join(node, "ana");
  const call = await callOf(node, ana.access);
  const outputs = [
    await run(node, "account.me", {}, call),
    await run(node, "account.profile", { about: "x" }, call),
    await run(node, "user.find", { name: "ana" }, call),
    await run(node, "user.many", { users: [ana.user] }, call),
    await run(node, "session.list", {}, call),
    await run(node, "account.sync", {}, call),
  ];
  const text = JSON.stringify(outputs);
  expect(text).not.toContain("argon2");
  for (const field of ["password", "device", "counter", "rotatedAt"])
    expect(text).not.toContain(`"${field}"`);
});

test("a page of the account ends where a transaction ends", () => {
  const version = (i: number) => (i < 498 ? i + 1 : 1_000);
  const items = Array.from({ length: limits.syncItemsMax + 1 }, (_, i) => ({
    key: `room:${i}`,
    version: version(i),
    value: null,
  }));
  const first = pageOf(items, 2_000);
  expect(first).toMatchObject({ more: true, version: 498 });
  expect(first.items).toHaveLength(498);
  const rest = pageOf(items.slice(498), 2_000);
  expect(rest).toMatchObject({ more: false, version: 2_000 });
});
