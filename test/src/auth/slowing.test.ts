import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { delayAfter } from "../../../src/auth/slowing.ts";
import { join, password, startNode, type TestNode } from "../../support/node.ts";

const home = "192.0.2.1";
const elsewhere = "198.51.100.7";

async function login(node: TestNode, guess: string, address = home, name = "ana") {
  const result = await node.auth.login({ name, password: guess, device: "d", label: "" }, address);
  return "error" in result ? result.error : { code: "ok", retryAfterMs: 0 };
}

async function guess(node: TestNode, times: number, address = home): Promise<void> {
  for (let i = 0; i < times; i++) await login(node, `wrong guess ${i}`, address);
}

test("after the free failures each one doubles the wait, up to a minute", () => {
  const delays = [4, 5, 6, 7, 50].map((failures) => delayAfter(failures, 5));
  expect(delays).toEqual([0, 1_000, 2_000, 4_000, limits.loginDelayMaxMs]);
});

test("guessing is answered with a wait, even when the guess is right; waiting it out helps", async () => {
  const node = await startNode();
  await join(node, "ana");
  await guess(node, limits.loginFreeFailures);
  expect(await login(node, password)).toMatchObject({ code: "rate-limited", retryAfterMs: 1_000 });
  node.platform.advance(1_000);
  expect(await login(node, password)).toMatchObject({ code: "ok" });
});

test("success gives the free failures back", async () => {
  const node = await startNode();
  await join(node, "ana");
  await guess(node, limits.loginFreeFailures - 1);
  expect(await login(node, password)).toMatchObject({ code: "ok" });
  expect(await login(node, "wrong")).toMatchObject({ code: "bad-credentials" });
});

test("an attacker elsewhere can't lock the owner out", async () => {
  const node = await startNode();
  await join(node, "ana");
  await guess(node, 30, elsewhere);
  expect(await login(node, "wrong", elsewhere)).toMatchObject({ code: "rate-limited" });
  expect(await login(node, password, home)).toMatchObject({ code: "ok" });
});

test("guesses sent side by side don't share the free ones many times over", async () => {
  const node = await startNode();
  await join(node, "ana");
  const replies = await Promise.all(Array.from({ length: 40 }, (_, i) => login(node, `wrong ${i}`)));
  const tried = replies.filter(({ code }) => code === "bad-credentials");
  expect(tried.length).toBe(limits.loginFreeFailures);
});

test("one address that tries many names is slowed as a whole", async () => {
  const node = await startNode();
  for (let i = 0; i < limits.addressFreeFailures; i++) {
    expect(await login(node, "wrong", elsewhere, `nobody${i}`)).toMatchObject({ code: "bad-credentials" });
  }
  expect(await login(node, "wrong", elsewhere, "yet-another")).toMatchObject({ code: "rate-limited" });
  expect(await login(node, "wrong", home, "yet-another")).toMatchObject({ code: "bad-credentials" });
});

test("failures are forgotten after the window", async () => {
  const node = await startNode();
  await join(node, "ana");
  await guess(node, limits.loginFreeFailures);
  node.platform.advance(limits.loginWindowMs);
  await guess(node, limits.loginFreeFailures - 1);
  expect(await login(node, password)).toMatchObject({ code: "ok" });
});

test("changing a password with a stolen token is slowed like signing in", async () => {
  const node = await startNode();
  const { access } = await join(node, "ana");
  const caller = await node.auth.verify(access);
  if (!caller) throw new Error("a good token was refused");
  const change = (current: string) =>
    node.auth.changePassword(caller, { current, next: "a new password" }, elsewhere);
  for (let i = 0; i < limits.loginFreeFailures; i++) await change(`guess ${i}`);
  expect(await change(password)).toMatchObject({ error: { code: "rate-limited" } });
});
