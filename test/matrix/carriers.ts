/** The ways in which a request reaches an operation. All must give the same answers. */
import { type AnyOperation, catalogue } from "../../src/operations/catalogue.ts";
import type { Result } from "../../src/operations/operation.ts";
import { ask, type TestNode } from "../support/node.ts";

export type Carrier = (
  node: TestNode,
  token: string | undefined,
  name: string,
  input: object,
) => Promise<Result<unknown>>;

/** As a socket does it. */
export const overDispatch: Carrier = async (node, token, name, input) => {
  const caller = token === undefined ? null : await node.auth.authenticate(token);
  return answered(node, node.dispatch(name, input, { caller, connection: null, address: "192.0.2.1" }));
};

/** As anybody with an HTTP client does it: path, then query or body. */
export const overHttp: Carrier = async (node, token, name, input) => {
  const { http } = operationOf(name);
  const rest = new Map<string, unknown>(Object.entries(input));
  const path = http.path.replace(/:(\w+)/g, (_, field: string) => {
    const value = rest.get(field);
    rest.delete(field);
    return encodeURIComponent(String(value));
  });
  const bodied = http.method !== "GET" && http.method !== "DELETE";
  const query = new URLSearchParams([...rest].map(([field, value]) => [field, String(value)]));
  const options = {
    ...(token !== undefined && { token }),
    ...(bodied && { body: Object.fromEntries(rest) }),
  };
  const asked = ask(node, http.method, bodied || rest.size === 0 ? path : `${path}?${query}`, options);
  const { status, body } = await answered(node, asked);
  return status === 200 ? { ok: body } : (body as Result<unknown>);
};

export const carriers: Record<string, Carrier> = { dispatch: overDispatch, http: overHttp };

export function operationOf(name: string): AnyOperation {
  const operation = (catalogue as readonly AnyOperation[]).find((one) => one.name === name);
  if (!operation) throw new Error(`the catalogue has no ${name}`);
  return operation;
}

/** Lets the clock run until the answer is there: some answers wait for a bulk write. */
async function answered<T>(node: TestNode, pending: Promise<T>): Promise<T> {
  let waiting = true;
  const result = pending.finally(() => {
    waiting = false;
  });
  while (waiting) {
    await new Promise((resolve) => setImmediate(resolve));
    if (waiting) node.platform.advance(1);
  }
  return result;
}
