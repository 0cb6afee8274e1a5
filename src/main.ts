/** The embedded server, wired top to bottom: one process, one folder, nothing to install. */
import { join } from "node:path";
import { limits } from "../actors/limits.ts";
import manifest from "../package.json" with { type: "json" };
import { createAuth } from "./auth/auth.ts";
import { MemoryBus } from "./bus/memory.ts";
import { type Config, readConfig, strangersIn } from "./config.ts";
import { startServer } from "./gateway/server.ts";
import { createHttp } from "./http/http.ts";
import { watchLoop } from "./http/loop-lag.ts";
import { createMetrics } from "./http/metrics.ts";
import { actorProbe, gatewayProbe, measuredLog, nodeGauges, sendProbe } from "./measure.ts";
import { startNode } from "./node.ts";
import { catalogue } from "./operations/catalogue.ts";
import { logFault } from "./operations/fault.ts";
import { defaultRates, ratesOff } from "./operations/rate.ts";
import { platform } from "./platform.ts";
import { endProcess } from "./store/sqlite/fatal.ts";
import { openEmbedded } from "./store/sqlite/open.ts";

export async function serve(config: Config): Promise<void> {
  for (const name of strangersIn(process.env))
    console.error(`${name}: there is no such setting; it is ignored`);
  const metrics = createMetrics(manifest.version);
  const embedded = await openEmbedded({ dir: config.data, fatal: endProcess });
  const { store } = embedded;
  const log = measuredLog(embedded.log, metrics, platform);
  const bus = new MemoryBus(platform);
  const auth = await createAuth({
    store,
    bus,
    platform,
    failed: (reason) => metrics.authFailures.inc({ reason }),
  });
  const node = startNode({
    platform,
    log,
    store,
    bus,
    auth,
    rates: config.rates === "off" ? ratesOff : defaultRates,
    probe: actorProbe(metrics),
    gatewayProbe: gatewayProbe(metrics),
    sent: sendProbe(metrics),
    watch: {
      limited: (rate) => metrics.rateLimited.inc({ class: rate }),
      fault: logFault,
    },
    onFailure: logFault,
  });
  const http = await createHttp({
    services: node.services,
    catalogue,
    dispatch: node.dispatch,
    config: {
      version: manifest.version,
      origins: config.origins,
      proxies: config.proxies,
      staticDir: join(import.meta.dir, "../web/dist"),
    },
    metrics,
    notReady: () => (node.gateway.draining ? "draining" : null),
  });
  const server = startServer({
    host: config.host,
    port: config.port,
    origins: config.origins,
    proxies: config.proxies,
    gateway: node.gateway,
    http,
    onFailure: (error) => logFault("server", error),
  });
  const readGauges = nodeGauges(metrics, node);
  const unwatch = watchLoop(platform, (seconds) => {
    metrics.loopLag.observe(seconds);
    readGauges();
  });
  console.log(`starling listening on http://${config.host}:${server.port}`);

  let stopping = false;
  const stop = async () => {
    // The second signal means now.
    if (stopping) process.exit(1);
    stopping = true;
    await node.gateway.drain(limits.drainMs / 4);
    // Sockets are gone by now; HTTP connections that are only kept alive must not hold us up.
    await server.stop(true);
    unwatch();
    await node[Symbol.asyncDispose]();
    await embedded[Symbol.asyncDispose]();
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      stop().catch((error) => {
        logFault("stop", error);
        process.exit(1);
      });
    });
  }
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
