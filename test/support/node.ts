/** A whole node on memory twins and a manual clock; only sockets are missing. */
import type { Platform } from "../../actors/runtime/platform.ts";
import { type Auth, type AuthFailure, createAuth } from "../../src/auth/auth.ts";
import type { Tokens } from "../../src/auth/sessions.ts";
import { MemoryBus } from "../../src/bus/memory.ts";
import { createHttp, type Http, type HttpConfig } from "../../src/http/http.ts";
import { createMetrics, type Metrics } from "../../src/http/metrics.ts";
import { MemoryLog } from "../../src/log/memory.ts";
import { startNode as wire } from "../../src/node.ts";
import { catalogue } from "../../src/operations/catalogue.ts";
import type { Dispatch } from "../../src/operations/dispatch.ts";
import { type Rates, ratesOff } from "../../src/operations/rate.ts";
import type { Services } from "../../src/operations/services.ts";
import { base58 } from "../../src/platform.ts";
import type { HistoryReader } from "../../src/readers/history.ts";
import { memoryStore } from "../../src/store/memory.ts";
import { ManualPlatform } from "../contract/manual-platform.ts";

export interface TestNode {
  platform: Platform & { advance(ms: number): void };
  services: Services;
  auth: Auth;
  dispatch: Dispatch;
  history: HistoryReader;
  http: Http;
  metrics: Metrics;
  /** Why callers were turned away, in order. */
  failures: AuthFailure[];
  /** What handlers threw. */
  faults: unknown[];
}

export interface NodeOptions {
  rates?: Rates;
  config?: Partial<HttpConfig>;
  notReady?: () => string | null;
}

/** Argon2 at its smallest: what is tested here is who gets in, not how hard guessing is. */
export const cheapArgon = { memoryCost: 8, timeCost: 2 };

export const password = "correct horse battery";

export async function startNode(options: NodeOptions = {}): Promise<TestNode> {
  const platform = manualPlatform();
  const store = memoryStore();
  const bus = new MemoryBus(platform);
  const failures: AuthFailure[] = [];
  const faults: unknown[] = [];
  const auth = await createAuth({
    store,
    bus,
    platform,
    argon: cheapArgon,
    failed: (reason) => failures.push(reason),
  });
  const fault = (_where: string, error: unknown) => faults.push(error);
  const { services, dispatch, history } = wire({
    platform,
    log: new MemoryLog(platform),
    store,
    bus,
    auth,
    rates: options.rates ?? ratesOff,
    watch: { fault },
    onFailure: fault,
  });
  const metrics = createMetrics("0.0.0-test");
  const http = await createHttp({
    services,
    catalogue,
    dispatch,
    metrics,
    fault,
    config: { version: "0.0.0-test", origins: [], proxies: 0, staticDir: "absent", ...options.config },
    notReady: options.notReady ?? (() => null),
  });
  return { platform, services, auth, dispatch, history, http, metrics, failures, faults };
}

export function manualPlatform() {
  return Object.assign(new ManualPlatform(), {
    id: () => base58(crypto.getRandomValues(new Uint8Array(16))),
  });
}

/** Registers an account. @throws when refused */
export async function join(node: TestNode, name: string, device = "laptop"): Promise<Tokens> {
  return granted(await node.auth.register({ name, password, display: name, device, label: "Test" }));
}

/** The answer of something that must succeed here. */
export function granted<T>(result: { ok: T } | { error: { code: string; message: string } }): T {
  if ("ok" in result) return result.ok;
  throw new Error(`refused: ${result.error.code}: ${result.error.message}`);
}

export interface Reply {
  status: number;
  headers: Headers;
  body: unknown;
}

/** One HTTP request with a JSON body, as a client on another machine sends it. */
export async function ask(
  node: TestNode,
  method: string,
  path: string,
  options: { token?: string; body?: unknown; headers?: Record<string, string>; address?: string } = {},
): Promise<Reply> {
  const { token, body, headers, address = "192.0.2.1" } = options;
  const request = new Request(`http://chat.example${path}`, {
    method,
    headers: { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const response = await node.http(request, address);
  const text = await response.text();
  const json = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
}
