/** HTTP: routes from the catalogue, documents about them, health, metrics, and the web page. */
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Auth } from "../auth/auth.ts";
import type { AnyOperation } from "../operations/catalogue.ts";
import type { Dispatch } from "../operations/dispatch.ts";
import { logFault, refusalOf } from "../operations/fault.ts";
import { createApp, type Exchange } from "./app.ts";
import { clientAddress } from "./client-address.ts";
import type { Metrics } from "./metrics.ts";
import { corsHeaders, preflightHeaders } from "./origin.ts";
import { refusal } from "./reply.ts";
import { securityHeaders } from "./security-headers.ts";

export interface HttpConfig {
  version: string;
  /** Other origins whose pages may call us; default none. */
  origins: readonly string[];
  /** Reverse proxies of ours in front, for the client's address; default 0. */
  proxies: number;
  /** Folder of the built web page; null: it isn't served. */
  staticDir: string | null;
}

export interface HttpParts {
  services: { auth: Auth; platform: Platform };
  catalogue: readonly AnyOperation[];
  dispatch: Dispatch;
  config: HttpConfig;
  metrics: Metrics;
  /** null: ready. Else one word for why not, e.g. "draining". */
  notReady: () => string | null;
  /** Default: one line on stderr. */
  fault?: (where: string, error: unknown) => void;
}

/** @param peer address of whoever opened the connection, from `server.requestIP` */
export type Http = (request: Request, peer: string) => Promise<Response>;

export async function createHttp(parts: HttpParts): Promise<Http> {
  const { services, config, metrics, fault = logFault } = parts;
  const exchanges = new WeakMap<Request, Exchange>();
  const exchangeOf = (request: Request) => exchanges.get(request) ?? { address: "", route: "other" };
  const app = await createApp(parts, exchangeOf, (request, error) =>
    refusal(refusalOf(error, () => fault(exchangeOf(request).route, error))),
  );

  return async (request, peer) => {
    const began = services.platform.monotonic();
    const address = clientAddress(peer, request.headers.get("x-forwarded-for"), config.proxies);
    const exchange: Exchange = { address, route: "other" };
    exchanges.set(request, exchange);
    const response =
      request.method === "OPTIONS"
        ? new Response(null, { status: 204, headers: preflightHeaders })
        : await app.handle(request);
    const cors = corsHeaders(request.headers.get("origin"), config.origins);
    for (const [name, value] of Object.entries({ ...securityHeaders, ...cors })) {
      response.headers.append(name, value);
    }
    const took = (services.platform.monotonic() - began) / 1000;
    metrics.http.observe({ route: exchange.route, code: response.status }, took);
    return response;
  };
}
