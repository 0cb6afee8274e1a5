/** What a node's probes write into its metrics. */
import { type Bus, Fenced, type Log, Unavailable, type Unsubscribe } from "../actors/ports.ts";
import type { Platform } from "../actors/runtime/platform.ts";
import type { Phase, Probe } from "../actors/runtime/probe.ts";
import type { BackendProbe } from "./backend.ts";
import type { Router } from "./cluster/router.ts";
import type { GatewayProbe } from "./gateway/gateway.ts";
import type { Metrics } from "./http/metrics.ts";
import type { Node } from "./node.ts";
import { logFault, logLoss } from "./operations/fault.ts";
import { timersArmed } from "./platform.ts";
import { withOwn } from "./with-own.ts";

export function actorProbe(metrics: Metrics): Probe {
  const alive = (phase: Phase) => Number(phase === "starting" || phase === "running" || phase === "stopping");
  return {
    admitted(kind, admission, depth) {
      metrics.mailbox.observe(depth, kind);
      if (admission === "rejected" || admission === "dropped") metrics.refusedMail.inc({ kind });
    },
    turned(kind, count, _waitedMs, ranMs) {
      metrics.turns.observe(ranMs / 1_000, kind);
      metrics.turnMessages.observe(count, kind);
    },
    changed(kind, from, to) {
      if (to === "backoff" || to === "quarantined") metrics.restarts.inc({ kind });
      metrics.actors.inc({ kind }, alive(to) - alive(from));
    },
    failed: (kind, error) => logFault(`actor ${kind}`, error),
  };
}

export function backendProbe(metrics: Metrics): BackendProbe {
  return {
    ignored: (from) => metrics.ignored.inc({ from }),
    lag: (seconds) => metrics.historyLagTime.set(seconds),
    lost(streams, what) {
      metrics.lostStreams.set(streams);
      if (what !== null) logLoss(what);
    },
  };
}

export function gatewayProbe(metrics: Metrics): GatewayProbe {
  return {
    opened() {
      metrics.wsOpened.inc();
      metrics.wsConnections.inc();
    },
    closed(why, welcomed) {
      metrics.wsClosed.inc({ reason: why ?? "gone" });
      if (welcomed) metrics.wsConnections.dec();
    },
    delivered: (seconds) => metrics.delivery.observe(seconds),
    resumed: (result) => metrics.resumes.inc({ result }),
  };
}

type Routed = Router["counts"];

/** What is counted where it happens and read now and then. The returned function reads. */
export function nodeGauges(
  metrics: Metrics,
  node: Pick<Node, "gateway" | "feeds" | "history" | "members" | "router">,
): () => void {
  let [framesOut, bytesOut, writes, framesIn, bytesIn, reads, holes] = [0, 0, 0, 0, 0, 0, 0];
  let routed: Routed = { sent: 0, passed: 0, silent: 0, foreign: 0 };
  return () => {
    const { flusher, received } = node.gateway;
    metrics.wsFrames.inc({ direction: "out" }, flusher.frames - framesOut);
    metrics.wsBytes.inc({ direction: "out" }, flusher.bytes - bytesOut);
    metrics.wsWrites.inc(flusher.writes - writes);
    metrics.wsFrames.inc({ direction: "in" }, received.frames - framesIn);
    metrics.wsBytes.inc({ direction: "in" }, received.bytes - bytesIn);
    metrics.catchUpReads.inc(node.feeds.reads - reads);
    [framesOut, bytesOut, writes] = [flusher.frames, flusher.bytes, flusher.writes];
    metrics.feedHoles.inc(node.feeds.holes - holes);
    [framesIn, bytesIn] = [received.frames, received.bytes];
    [reads, holes] = [node.feeds.reads, node.feeds.holes];
    metrics.historyLag.set(node.history.lag());
    metrics.historyParked.set(node.history.parked());
    metrics.feeds.set(node.feeds.size);
    metrics.timers.set(timersArmed());
    if (node.members === null || node.router === null) return;
    metrics.nodes.set(node.members.size);
    const now = { ...node.router.counts };
    for (const event of Object.keys(now) as (keyof Routed)[]) {
      metrics.routed.inc({ event }, now[event] - routed[event]);
    }
    routed = now;
  };
}

/** Durable commands, as the edge saw them end. */
export function sendProbe(metrics: Metrics): (result: string, seconds: number) => void {
  return (result, seconds) => {
    metrics.sends.inc({ result });
    metrics.sendAck.observe(seconds);
  };
}

/** The same log, its appends timed and counted by how they end, its subscriptions counted. */
export function measuredLog(log: Log, metrics: Metrics, platform: Platform): Log {
  const append: Log["append"] = async (room, expected, draft) => {
    const began = platform.monotonic();
    try {
      const position = await log.append(room, expected, draft);
      metrics.logAppend.observe((platform.monotonic() - began) / 1_000);
      metrics.logAppends.inc({ result: "ok" });
      return position;
    } catch (error) {
      metrics.logAppends.inc({ result: resultOf(error) });
      throw error;
    }
  };
  const count = (change: 1 | -1) => metrics.subscriptions.inc({ to: "log" }, change);
  const subscribe: Log["subscribe"] = async (...args) => held(await log.subscribe(...args), count);
  return withOwn(log, { append, subscribe });
}

/** The same bus, its subscriptions counted. */
export function measuredBus(bus: Bus, metrics: Metrics): Bus {
  const count = (change: 1 | -1) => metrics.subscriptions.inc({ to: "bus" }, change);
  const subscribe: Bus["subscribe"] = async (...args) => held(await bus.subscribe(...args), count);
  return withOwn(bus, { subscribe });
}

/** Counts one more from here on, and one less when it ends. */
function held(stop: Unsubscribe, count: (change: 1 | -1) => void): Unsubscribe {
  let open = true;
  count(1);
  return () => {
    if (open) count(-1);
    open = false;
    stop();
  };
}

function resultOf(error: unknown): "fenced" | "unavailable" | "unknown" {
  if (error instanceof Fenced) return "fenced";
  return error instanceof Unavailable ? "unavailable" : "unknown";
}
