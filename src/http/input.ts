/** One input object out of a request's path, query and body: the object that a socket would send as `in`. */
import type * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { Refusal } from "../../actors/room/commands.ts";
import type { AnyOperation } from "../operations/catalogue.ts";
import { invalid } from "../operations/invalid.ts";
import { parseJson } from "../protocol/json.ts";

type Input = { ok: Record<string, unknown> } | { error: Refusal };
type Kind = "text" | "number" | "boolean" | "list" | "numbers";

export type InputReader = (request: Request, params: Readonly<Record<string, string>>) => Promise<Input>;

export function inputReader({ http, input }: AnyOperation): InputReader {
  const kinds = new Map(Object.entries(entriesOf(input)).map(([name, schema]) => [name, kindOf(schema)]));
  const bodied = http.method !== "GET" && http.method !== "DELETE";
  return async (request, params) => {
    const rest = bodied ? await bodyOf(request) : queryOf(new URL(request.url).searchParams, kinds);
    if ("error" in rest) return rest;
    for (const [name, text] of Object.entries(params)) {
      const value = coerce(kinds.get(name), [text]);
      if (Object.hasOwn(rest.ok, name) && rest.ok[name] !== value) {
        return { error: invalid(name, "differs from the one in the path") };
      }
      rest.ok[name] = value;
    }
    return rest;
  };
}

async function bodyOf(request: Request): Promise<Input> {
  const bytes = await readUpTo(request, limits.frameBytesMax);
  if (!bytes) {
    const bound = limits.frameBytesMax;
    return { error: { code: "too-large", message: `the body: at most ${bound} bytes`, bound } };
  }
  if (bytes.byteLength === 0) return { ok: {} };
  const parsed = parseJson(new TextDecoder().decode(bytes));
  if (!parsed) return { error: invalid(null, `no JSON, or nested deeper than ${limits.depthMax}`) };
  const { value } = parsed;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { error: invalid(null, "must be an object") };
  }
  return { ok: value as Record<string, unknown> };
}

/** null: more than that. Counted as it comes, since Content-Length may be absent. */
async function readUpTo(request: Request, bytesMax: number): Promise<Uint8Array | null> {
  if (Number(request.headers.get("content-length") ?? 0) > bytesMax) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > bytesMax) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function queryOf(query: URLSearchParams, kinds: ReadonlyMap<string, Kind>): Input {
  const ok: Record<string, unknown> = {};
  for (const name of new Set(query.keys())) {
    // Unknown names go through as they are, for the schema to refuse; no name can reach a prototype.
    Object.defineProperty(ok, name, {
      value: coerce(kinds.get(name), query.getAll(name)),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return { ok };
}

/** What doesn't look like its kind stays text, so that the schema says what is wrong with it. */
function coerce(kind: Kind | undefined, texts: readonly string[]): unknown {
  const [text = ""] = texts;
  if (kind === "list") return texts;
  if (kind === "numbers") return texts.map((one) => coerce("number", [one]));
  if (texts.length > 1) return texts;
  if (kind === "number" && /^-?\d{1,16}$/.test(text)) return Number(text);
  if (kind === "boolean" && (text === "true" || text === "false")) return text === "true";
  return text;
}

/** Fields of an object schema. */
export function entriesOf(schema: v.GenericSchema): Record<string, v.GenericSchema> {
  return "entries" in schema ? (schema.entries as Record<string, v.GenericSchema>) : {};
}

function kindOf(schema: v.GenericSchema): Kind {
  if ("wrapped" in schema) return kindOf(schema.wrapped as v.GenericSchema);
  switch (schema.type) {
    case "number":
      return "number";
    case "boolean":
      return "boolean";
    case "array":
      return "item" in schema && kindOf(schema.item as v.GenericSchema) === "number" ? "numbers" : "list";
    default:
      return "text";
  }
}
