/** The server, wired top to bottom: embedded in one process and one folder, or a node of a cluster. */
import { join } from "node:path";
import { limits } from "../actors/limits.ts";
import manifest from "../package.json" with { type: "json" };
import { createAuth } from "./auth/auth.ts";
import { openBackend } from "./backend.ts";
import { Members } from "./cluster/members.ts";
import { type Config, readConfig, strangersIn } from "./config.ts";
import { createEnding } from "./ending.ts";
import { startServer } from "./gateway/server.ts";
import { createHttp } from "./http/http.ts";
import { watchLoop } from "./http/loop-lag.ts";
import { createMetrics } from "./http/metrics.ts";
import {
  actorProbe,
  backendProbe,
  gatewayProbe,
  measuredBus,
  measuredLog,
  nodeGauges,
  sendProbe,
} from "./measure.ts";
import { assertServable } from "./move/marks.ts";
import { startNode } from "./node.ts";
import { catalogue } from "./operations/catalogue.ts";
import { logFault } from "./operations/fault.ts";
import { defaultRates, ratesOff } from "./operations/rate.ts";
import { platform } from "./platform.ts";
import { historyReader } from "./readers/stream-reader.ts";
import { watchRest } from "./rest.ts";

export async function serve(config: Config): Promise<void> {
  for (const name of strangersIn(process.env))
    console.error(`${name}: there is no such setting; it is ignored`);
  const metrics = createMetrics(manifest.version);
  const backend = await openBackend(config, platform, backendProbe(metrics));
  const { store } = backend;
  const bus = measuredBus(backend.bus, metrics);
  await assertServable(store.secrets);
  const log = measuredLog(backend.log, metrics, platform);
  const auth = await createAuth({
    store,
    bus,
    platform,
    failed: (reason) => metrics.authFailures.inc({ reason }),
  });
  const { roles } = config;
  const node = startNode({
    platform,
    log,
    store,
    bus,
    auth,
    ...(config.cluster === null
      ? {}
      : { members: new Members({ node: platform.id(), roles, bus, platform }) }),
    rates: config.rates === "off" ? ratesOff : defaultRates,
    probe: actorProbe(metrics),
    gatewayProbe: gatewayProbe(metrics),
    sent: sendProbe(metrics),
    refused: (why) => metrics.deadLetters.inc({ reader: historyReader, why }),
    flushed: (seconds) => metrics.receiptsFlush.observe(seconds),
    watch: {
      limited: (rate) => metrics.rateLimited.inc({ class: rate }),
      fault: logFault,
    },
    onFailure: logFault,
  });
  backend.onReconnect(() => node.reconnected());
  await node.join();
  // Without the role a node answers only for itself: health and metrics.
  const serves = roles.includes("gateway");
  const http = await createHttp({
    services: node.services,
    catalogue: serves ? catalogue : [],
    dispatch: node.dispatch,
    config: {
      version: manifest.version,
      origins: config.origins,
      proxies: config.proxies,
      staticDir: serves ? join(import.meta.dir, "../web/dist") : null,
    },
    metrics,
    notReady: () => backend.lost() ?? node.notReady(),
  });
  const server = startServer({
    host: config.host,
    port: config.port,
    origins: config.origins,
    proxies: config.proxies,
    gateway: serves ? node.gateway : null,
    http,
    onFailure: (error) => logFault("server", error),
  });
  const readGauges = nodeGauges(metrics, node);
  const unwatch = watchLoop(platform, (seconds) => {
    metrics.loopLag.observe(seconds);
    readGauges();
  });
  const unrest = watchRest({ platform, cpuMs, collect: () => Bun.gc(true) });
  console.log(`starling listening on http://${config.host}:${server.port}`);

  const end = createEnding({
    platform,
    async stop() {
      await node.leave();
      await node.gateway.drain(limits.drainMs / 4);
      // Sockets are gone by now; HTTP connections that are only kept alive must not hold us up.
      await server.stop(true);
      unwatch();
      unrest();
      await node[Symbol.asyncDispose]();
      await backend[Symbol.asyncDispose]();
    },
    exit: (code) => process.exit(code),
    onFailure: (error) => logFault("stop", error),
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, end);
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** A rejection that nobody awaits is a bug of ours: it is logged, and the node lives on. */
process.on("unhandledRejection", (error) => logFault("unhandled", error));

if (import.meta.main) {
  try {
    await serve(readConfig(process.env));
  } catch (error) {
    console.error(error instanceof Error ? error.message : "starling could not start");
    process.exit(1);
  }
}
