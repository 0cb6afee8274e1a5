import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { createHttp } from "../../../src/http/http.ts";
import { catalogue } from "../../../src/operations/catalogue.ts";
import { ratesOff } from "../../../src/operations/rate.ts";
import { ask, join, password, startNode } from "../../support/node.ts";

const register = { name: "ana", password, device: "laptop" };

test("register, look at yourself, change, list, log out: over HTTP", async () => {
  const node = await startNode();
  const made = await ask(node, "POST", "/v1/register", { body: register });
  expect(made.status).toBe(200);
  const { access: token, user } = made.body as { access: string; user: string };
  expect((await ask(node, "GET", "/v1/me", { token })).body).toMatchObject({ id: user, name: "ana" });
  await ask(node, "PATCH", "/v1/me", { token, body: { about: "climbs" } });
  expect((await ask(node, "GET", "/v1/users/find?name=ana", { token })).body).toEqual({
    user: { id: user, name: "ana", display: "ana", about: "climbs" },
  });
  expect((await ask(node, "GET", "/v1/me/sync?since=0", { token })).body).toMatchObject({ more: false });
  expect((await ask(node, "POST", "/v1/logout", { token })).status).toBe(200);
  expect((await ask(node, "GET", "/v1/me", { token })).status).toBe(401);
});

test("answers of the API are not cached", async () => {
  const node = await startNode();
  expect((await ask(node, "GET", "/v1/me")).headers.get("cache-control")).toBe("no-store");
  const { access: token } = await join(node, "ana");
  expect((await ask(node, "GET", "/v1/me", { token })).headers.get("cache-control")).toBe("no-store");
});

test.each([
  ["a stranger", "GET", "/v1/me", {}, 401, { code: "unauthorized", retryable: false }],
  ["a token that is none", "GET", "/v1/me", { token: "nonsense" }, 401, { code: "unauthorized" }],
  [
    "another scheme",
    "GET",
    "/v1/me",
    { headers: { authorization: "Basic YTpi" } },
    401,
    { code: "unauthorized" },
  ],
  ["no JSON", "POST", "/v1/register", { body: '{"name":' }, 422, { code: "invalid" }],
  ["JSON that is no object", "POST", "/v1/register", { body: "[1]" }, 422, { code: "invalid" }],
  ["too deep", "POST", "/v1/register", { body: '{"a":'.repeat(50) }, 422, { code: "invalid" }],
  [
    "a wrong field",
    "POST",
    "/v1/register",
    { body: { ...register, device: 7 } },
    422,
    { code: "invalid", field: "device" },
  ],
  [
    "a bound",
    "POST",
    "/v1/register",
    { body: { ...register, password: "short" } },
    422,
    { code: "invalid", field: "password", bound: limits.passwordCharsMin },
  ],
  [
    "__proto__ in the body",
    "POST",
    "/v1/login",
    { body: '{"__proto__":{"name":"ana"},"name":"ana","password":"x","device":"d"}' },
    422,
    { code: "invalid", field: "__proto__" },
  ],
  ["no such operation", "GET", "/v1/nothing", {}, 404, { code: "not-found" }],
  ["another method", "DELETE", "/v1/register", {}, 404, { code: "not-found" }],
  ["no such page", "GET", "/wp-login.php", {}, 404, { code: "not-found" }],
] as const)("%s gets a typed error", async (_what, method, path, options, status, error) => {
  const node = await startNode();
  const reply = await ask(node, method, path, options);
  expect(reply.status).toBe(status);
  expect(reply.body).toMatchObject({ error });
});

test("a body over the bound is refused, with and without its length told", async () => {
  const node = await startNode();
  const big = "x".repeat(limits.frameBytesMax);
  const told = await ask(node, "POST", "/v1/register", { body: { name: big } });
  expect(told).toMatchObject({
    status: 413,
    body: { error: { code: "too-large", bound: limits.frameBytesMax } },
  });

  let sent = 0;
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 16_384;
      controller.enqueue(new Uint8Array(16_384));
    },
  });
  const request = new Request("http://chat.example/v1/register", { method: "POST", body: endless });
  expect((await node.http(request, "192.0.2.1")).status).toBe(413);
  expect(sent).toBeLessThan(4 * limits.frameBytesMax);
});

test("a stranger's body isn't even read where one must sign in", async () => {
  const node = await startNode();
  const reply = await ask(node, "PATCH", "/v1/me", { body: "x".repeat(limits.frameBytesMax * 2) });
  expect(reply.status).toBe(401);
});

test("the path names a thing; a query or body that names another is refused", async () => {
  const node = await startNode();
  const { access: token, session } = await join(node, "ana");
  const other = node.platform.id();
  const reply = await ask(node, "DELETE", `/v1/sessions/${session}?session=${other}`, { token });
  expect(reply).toMatchObject({ status: 422, body: { error: { field: "session" } } });
  expect((await ask(node, "DELETE", `/v1/sessions/${session}?session=${session}`, { token })).status).toBe(
    200,
  );
});

test("a number in the query becomes one; what isn't a number is refused by name", async () => {
  const node = await startNode();
  const { access: token } = await join(node, "ana");
  expect((await ask(node, "GET", "/v1/me/sync?since=1", { token })).status).toBe(200);
  for (const since of ["one", "1e3", "0x1", "", "1&since=2"]) {
    const reply = await ask(node, "GET", `/v1/me/sync?since=${since}`, { token });
    expect(reply).toMatchObject({ status: 422, body: { error: { field: "since" } } });
  }
  const polluted = await ask(node, "GET", "/v1/me/sync?__proto__=1", { token });
  expect(polluted).toMatchObject({ status: 422, body: { error: { field: "__proto__" } } });
});

test("a wait is told in the body in ms and in a header in seconds", async () => {
  const node = await startNode({ rates: { ...ratesOff, register: { perSecond: 2, burst: 1 } } });
  await ask(node, "POST", "/v1/register", { body: register });
  const slow = await ask(node, "POST", "/v1/register", { body: register });
  expect(slow).toMatchObject({ status: 429, body: { error: { code: "rate-limited", retryAfterMs: 500 } } });
  expect(slow.headers.get("retry-after")).toBe("1");
  const elsewhere = await ask(node, "POST", "/v1/register", { body: register, address: "198.51.100.7" });
  expect(elsewhere.status).toBe(409);
});

test("a forged X-Forwarded-For doesn't make another client of you", async () => {
  const rates = { ...ratesOff, register: { perSecond: 1, burst: 1 } };
  const direct = await startNode({ rates });
  const behind = await startNode({ rates, config: { proxies: 1 } });
  const forged = (first: string) => ({
    headers: { "x-forwarded-for": `${first}, 203.0.113.9` },
    body: register,
  });
  for (const node of [direct, behind]) {
    expect((await ask(node, "POST", "/v1/register", forged("1.1.1.1"))).status).toBe(200);
    expect((await ask(node, "POST", "/v1/register", forged("2.2.2.2"))).status).toBe(429);
  }
});

test("whatever breaks inside, nobody outside learns how", async () => {
  const node = await startNode();
  const faults: unknown[] = [];
  const secret = new Error("secret: SELECT * FROM accounts");
  const broken = await createHttp({
    services: { platform: node.platform, auth: { ...node.auth, authenticate: () => Promise.reject(secret) } },
    catalogue,
    dispatch: () => Promise.reject(secret),
    config: { version: "0", origins: [], proxies: 0, staticDir: "absent" },
    metrics: node.metrics,
    notReady: () => {
      throw secret;
    },
    fault: (where, error) => faults.push([where, error]),
  });
  for (const [method, path, route] of [
    ["GET", "/v1/me", "account.me"],
    ["POST", "/v1/login", "session.login"],
    ["GET", "/readyz", "health"],
  ] as const) {
    const headers = { authorization: "Bearer x" };
    const response = await broken(new Request(`http://chat.example${path}`, { method, headers }), "");
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ error: { code: "internal", retryable: true } });
    expect(text).not.toContain("secret");
    expect(response.headers.get("content-security-policy")).toBeString();
    expect(faults.pop()).toEqual([route, secret]);
  }
});

test("every answer carries the strict policy, errors and preflights too", async () => {
  const node = await startNode();
  for (const [method, path] of [
    ["GET", "/v1/me"],
    ["GET", "/nothing"],
    ["GET", "/docs"],
    ["GET", "/metrics"],
    ["OPTIONS", "/v1/me"],
    ["HEAD", "/healthz"],
    ["POST", "/v1/login"],
  ] as const) {
    const { headers } = await ask(node, method, path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toStartWith("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  }
});

test("a short host name changes no route", async () => {
  const node = await startNode();
  const response = await node.http(new Request("http://h/v1/me"), "");
  expect(await response.json()).toMatchObject({ error: { code: "unauthorized" } });
});

test("health is always ok; readiness says why not", async () => {
  let why: string | null = null;
  const node = await startNode({ notReady: () => why });
  expect((await ask(node, "GET", "/readyz")).status).toBe(200);
  why = "draining";
  expect(await ask(node, "GET", "/readyz")).toMatchObject({ status: 503, body: "draining\n" });
  expect((await ask(node, "GET", "/healthz")).status).toBe(200);
});
