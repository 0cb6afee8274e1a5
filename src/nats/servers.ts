import type { NodeConnectionOptions } from "@nats-io/transport-node";

/** Addresses and credentials of NATS_URL, which the client takes apart from each other. Those of the first address count. */
export function serversOf(url: string): NodeConnectionOptions {
  const parsed = url.split(",").map((address) => {
    const text = address.trim();
    return new URL(text.includes("://") ? text : `nats://${text}`);
  });
  const [first] = parsed;
  const servers = parsed.map(({ protocol, host }) => `${protocol}//${host}`);
  const user = decodeURIComponent(first?.username ?? "");
  const pass = decodeURIComponent(first?.password ?? "");
  if (user === "") return { servers };
  return pass === "" ? { servers, token: user } : { servers, user, pass };
}
