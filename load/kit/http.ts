/** The few HTTP calls that load programs need, as a client would make them. */

export interface Signed {
  user: string;
  session: string;
  access: string;
  refresh: string;
}

export class Answered extends Error {
  override name = "Answered";
  readonly status: number;

  constructor(status: number, what: string) {
    super(what);
    this.status = status;
  }
}

/** @throws {Answered} with status and error code when the answer isn't 2xx. */
export async function post(base: string, path: string, body: unknown, token?: string): Promise<unknown> {
  return call(base, "POST", path, token, body);
}

export async function get(base: string, path: string, token?: string): Promise<unknown> {
  return call(base, "GET", path, token);
}

async function call(
  base: string,
  method: string,
  path: string,
  token?: string,
  body?: unknown,
): Promise<unknown> {
  const response = await fetch(base + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok)
    throw new Answered(response.status, `${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
  return JSON.parse(text);
}
