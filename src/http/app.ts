/** The Elysia app: thin routes, most of them made from the catalogue. */
import { Elysia } from "elysia";
import { refuse } from "../../actors/room/refusals.ts";
import type { AnyOperation } from "../operations/catalogue.ts";
import type { Caller, Result } from "../operations/operation.ts";
import { docsPage } from "./docs-page.ts";
import type { HttpParts } from "./http.ts";
import { inputReader } from "./input.ts";
import { openApiOf } from "./openapi.ts";
import { answer, refusal, text } from "./reply.ts";
import { loadStaticFiles } from "./static-files.ts";

/** What a route learns of a request beside itself, and tells about it. */
export interface Exchange {
  address: string;
  /** Metric label; never a path that somebody made up. */
  route: string;
}

type Route = (request: Request, params: Record<string, string>, exchange: Exchange) => Promise<Response>;

/** @param failed turns what a route threw into an answer; Elysia's own would show the error's message */
export async function createApp(
  parts: HttpParts,
  exchangeOf: (request: Request) => Exchange,
  failed: (request: Request, error: unknown) => Response,
) {
  const { catalogue, config, metrics, notReady } = parts;
  const staticFile = config.staticDir === null ? () => null : await loadStaticFiles(config.staticDir);
  const openApi = JSON.stringify(openApiOf(catalogue, config.version));

  // standardHostname: Elysia would look for the path behind the eleventh character of the URL, and
  // so lose the beginning of a path at a short host.
  const app = new Elysia({ handler: { standardHostname: false } }).onError(({ code, error, request }) =>
    code === "NOT_FOUND" ? missing() : failed(request, error),
  );

  function route(method: string, path: string, name: string, handle: Route): void {
    app.route(
      method,
      path,
      ({ request, params }) => {
        const exchange = exchangeOf(request);
        exchange.route = name;
        // Elysia leaves params out of routes without any.
        return handle(request, params ?? {}, exchange);
      },
      { parse: "none" },
    );
  }

  for (const operation of catalogue) {
    route(operation.http.method, operation.http.path, operation.name, operationRoute(operation, parts));
  }

  route("GET", "/openapi.json", "openapi", async () => text(openApi, "application/json"));
  for (const [path, { body, type }] of Object.entries(await docsPage())) {
    route("GET", path, "docs", async () => text(body, type));
  }
  route("GET", "/healthz", "health", async () => text("ok\n", "text/plain"));
  route("GET", "/readyz", "health", async () => {
    const why = notReady();
    return why === null ? text("ready\n", "text/plain") : text(`${why}\n`, "text/plain", 503);
  });
  route("GET", "/metrics", "metrics", async () => {
    const { registry } = metrics;
    return new Response(await registry.metrics(), { headers: { "content-type": registry.contentType } });
  });
  route("GET", "*", "static", async (request) => {
    const { pathname } = new URL(request.url);
    return (pathname.startsWith("/v1/") ? null : staticFile(request, pathname)) ?? missing();
  });
  return app;
}

function operationRoute(operation: AnyOperation, { dispatch, services }: HttpParts): Route {
  const read = inputReader(operation);

  async function run(
    request: Request,
    params: Record<string, string>,
    exchange: Exchange,
  ): Promise<Result<unknown>> {
    const call = { caller: await callerOf(request), connection: null, address: exchange.address };
    // A stranger's body isn't read.
    if (operation.who === "session" && !call.caller) return dispatch(operation.name, {}, call);
    const input = await read(request, params);
    return "ok" in input ? dispatch(operation.name, input.ok, call) : input;
  }

  async function callerOf(request: Request): Promise<Caller | null> {
    const [, token] = /^Bearer ([\w.-]+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
    return token === undefined ? null : services.auth.authenticate(token);
  }

  return async (...exchange) => {
    const result = await run(...exchange);
    return "ok" in result ? answer(result.ok) : refusal(result.error);
  };
}

function missing(): Response {
  return refusal(refuse("not-found"));
}
