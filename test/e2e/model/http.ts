/** The same operations over HTTP. */
import { type AnyOperation, catalogue } from "../../../src/operations/catalogue.ts";
import type { Result } from "./wire.ts";

export async function http(
  url: string,
  method: string,
  path: string,
  body: object | null,
  token?: string,
): Promise<Result> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === null ? {} : { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  return response.ok ? { ok: answer } : (answer as Result);
}

/** An operation of the catalogue: fields in the path, the rest as query or body. */
export async function call(
  url: string,
  token: string,
  name: string,
  input: Record<string, unknown>,
): Promise<Result> {
  const route = (catalogue as readonly AnyOperation[]).find((one) => one.name === name)?.http;
  if (route === undefined) throw new Error(`the catalogue has no ${name}`);
  const rest = new Map(Object.entries(input));
  const path = route.path.replace(/:(\w+)/g, (_, field: string) => {
    const value = String(rest.get(field));
    rest.delete(field);
    return encodeURIComponent(value);
  });
  if (route.method !== "GET" && route.method !== "DELETE") {
    return await http(url, route.method, path, Object.fromEntries(rest), token);
  }
  const query = new URLSearchParams([...rest].map(([field, value]) => [field, String(value)]));
  return await http(url, route.method, `${path}?${query}`, null, token);
}
