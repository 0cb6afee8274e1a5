/** Fires bad requests at the HTTP side: paths, queries, bodies and headers that nobody should send. */
import type { Chance } from "../kit/chance.ts";
import { faultOfError, faultOfText } from "./answers.ts";
import { hostileValue, nested, objectText } from "./hostile.ts";
import { fittingFields, type Operation } from "./operations.ts";
import type { Gunner } from "./socket-gun.ts";

const patienceMs = 20_000;
/** Working hard for a stranger's password is what these do: fired rarely. */
const costly = new Set(["account.register", "session.login", "account.password"]);

interface Request {
  kind: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array<ArrayBuffer> | null;
}

export async function fireHttp(gunner: Gunner): Promise<void> {
  const { ground, tally, canaries, port } = gunner;
  const { chance } = ground;
  const token = await gunner.token(false);
  const request = requestOf(pickOperation(ground.operations, chance), gunner, token);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`http://127.0.0.1:${port}${request.path}`, {
      method: request.method,
      headers: request.headers,
      ...(request.body === null ? {} : { body: request.body }),
      redirect: "manual",
      signal: AbortSignal.timeout(patienceMs),
    });
    text = await response.text();
  } catch (error) {
    tally.answer(request.kind, "no answer");
    tally.fault(request.kind, `no answer: ${error instanceof Error ? error.name : ""}`, sampleOf(request));
    return;
  }
  tally.answer(request.kind, `HTTP ${response.status}`);
  if (response.status === 401 && request.headers.authorization === `Bearer ${token}`)
    await gunner.token(true);
  const leak = faultOfText(text, canaries);
  if (leak && request.path.startsWith("/v1/"))
    tally.fault(request.kind, leak, `${sampleOf(request)} → ${text}`);
  const fault = faultOfAnswer(response.status, text);
  if (fault) tally.fault(request.kind, fault, `${sampleOf(request)} → ${text}`);
}

/** Bun's parser answers these by itself, before there is a request. */
const byParser = new Set([400, 431]);

function faultOfAnswer(status: number, text: string): string | null {
  if (status < 400 || (byParser.has(status) && text === "")) return null;
  if (status >= 500 && status !== 503) return `HTTP ${status}`;
  let body: { error?: unknown };
  try {
    body = JSON.parse(text);
  } catch {
    return `HTTP ${status} without a typed error`;
  }
  return faultOfError(body.error);
}

function pickOperation(operations: readonly Operation[], chance: Chance): Operation {
  const operation = chance.pick(operations);
  return costly.has(operation.name) && chance.happens(0.9) ? chance.pick(operations) : operation;
}

function requestOf(operation: Operation, { ground }: Gunner, token: string): Request {
  const { chance, known } = ground;
  const fields = spoiled(fittingFields(operation, known, chance), operation, chance);
  const inPath = new Set([...operation.path.matchAll(/\{(\w+)\}/gu)].map(([, name]) => name));
  const values = new Map(fields);
  const path = operation.path.replace(/\{(\w+)\}/gu, (_, name: string) => pathPart(values.get(name), chance));
  const rest = fields.filter(([name]) => !inPath.has(name));
  const bodied = operation.method !== "GET" && operation.method !== "DELETE";
  const [kind, body] = bodied ? bodyOf(rest, chance) : (["HTTP query", null] as const);
  return {
    kind,
    method: chance.happens(0.97) ? operation.method : chance.pick(["PUT", "PATCH", "DELETE", "POST"]),
    path: chance.happens(0.97) ? `${path}${bodied ? "" : queryOf(rest)}` : strangePath(path, chance),
    headers: headersOf(token, bodied, chance),
    body: bodied ? body : null,
  };
}

function spoiled(fields: [string, string][], operation: Operation, chance: Chance): [string, string][] {
  const mustSpoil = costly.has(operation.name) || chance.happens(0.9);
  if (!mustSpoil || fields.length === 0) return fields;
  const at = chance.between(0, fields.length - 1);
  if (chance.happens(0.2)) return [...fields, ["__proto__", hostileValue(chance)]];
  return fields.map(([name, json], index) => [name, index === at ? hostileValue(chance) : json]);
}

/** A path's segment from JSON text: strings without their quotes. */
function pathPart(json: string | undefined, chance: Chance): string {
  const plain = json?.replace(/^"|"$/gu, "") ?? chance.pick(["", ".", "..", "%00", "%ff", "undefined"]);
  return encodeURIComponent(plain.slice(0, 2_000).toWellFormed());
}

function queryOf(fields: readonly (readonly [string, string])[]): string {
  const pairs = fields.map(
    ([name, json]) =>
      `${encodeURIComponent(name)}=${encodeURIComponent(json.replace(/^"|"$/gu, "").slice(0, 3_000).toWellFormed())}`,
  );
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

function strangePath(path: string, chance: Chance): string {
  return chance.pick([
    `${path}/`,
    `/${path}`,
    path.toUpperCase(),
    "/v1/../../../etc/passwd",
    "/v1/%2e%2e/%2e%2e/etc/passwd",
    "/%00",
    "/v1/__proto__",
    `/v1/${"a".repeat(4_000)}`,
    "/.env",
    "/data/starling.db",
  ]);
}

function bodyOf(
  fields: readonly (readonly [string, string])[],
  chance: Chance,
): [string, Uint8Array<ArrayBuffer>] {
  const whole = objectText(fields);
  switch (chance.between(0, 9)) {
    case 0:
      return ["HTTP cut off JSON", Buffer.from(whole.slice(0, chance.between(1, whole.length)))];
    case 1:
      return ["HTTP deep body", Buffer.from(nested(chance.pick([17, 1_000, 20_000]), chance))];
    case 2:
      return chance.happens(0.2)
        ? ["HTTP huge body", Buffer.alloc(chance.pick([131_073, 400_000, 2_000_000]), 97)]
        : ["HTTP binary body", chance.bytes(chance.between(1, 300))];
    case 3:
      return [
        "HTTP bad UTF-8",
        Buffer.concat([Buffer.from('{"a":"'), chance.bytes(3).map((byte) => byte | 0x80), Buffer.from('"}')]),
      ];
    case 4:
      return ["HTTP prototype", Buffer.from(`{"__proto__":{"admin":true},${whole.slice(1)}`)];
    default:
      return ["HTTP wrong field", Buffer.from(whole)];
  }
}

function headersOf(token: string, bodied: boolean, chance: Chance): Record<string, string> {
  const authorization = chance.happens(0.9)
    ? `Bearer ${token}`
    : chance.pick(["Bearer", "Bearer x", "Basic YTpi", `Bearer ${"a".repeat(5_000)}`, `Bearer ${token}x`]);
  const type = chance.happens(0.9)
    ? "application/json"
    : chance.pick(["text/plain", "application/xml", "x", ""]);
  return { authorization, ...(bodied ? { "content-type": type } : {}) };
}

function sampleOf({ method, path, body }: Request): string {
  return `${method} ${path.slice(0, 200)} ${body === null ? "" : Buffer.from(body).toString("latin1").slice(0, 200)}`;
}
