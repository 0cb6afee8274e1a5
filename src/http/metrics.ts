/**
 * Everything that a node counts. Names by the Prometheus conventions: prefix, base units, `_total` on counters
 * only, labels from closed sets and never an id.
 */
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { Distribution } from "./distribution.ts";
import { collectProcess } from "./process-metrics.ts";

/** Latencies from 1 ms to 10 s; few, since each is a series. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** How many at once: mailboxes hold 4,096. */
const sizes = [1, 2, 4, 16, 64, 256, 1024, 4096];

export type Metrics = ReturnType<typeof createMetrics>;

export function createMetrics(version: string) {
  const registers = [new Registry()] as const;
  const [registry] = registers;

  function counter<Label extends string = never>(name: string, help: string, labelNames: Label[] = []) {
    return new Counter({ name: `starling_${name}`, help, labelNames, registers: [...registers] });
  }
  function gauge<Label extends string = never>(name: string, help: string, labelNames: Label[] = []) {
    return new Gauge({ name: `starling_${name}`, help, labelNames, registers: [...registers] });
  }
  function histogram<Label extends string = never>(
    name: string,
    help: string,
    buckets: number[],
    labelNames: Label[] = [],
  ) {
    return new Histogram({
      name: `starling_${name}`,
      help,
      buckets,
      labelNames,
      registers: [...registers],
    });
  }
  /** Of what happens with every message; `label` is the name of the one label. */
  function distribution(name: string, help: string, bounds: number[], label?: string) {
    const options = { name: `starling_${name}`, help, bounds, ...(label === undefined ? {} : { label }) };
    return new Distribution(options, registry);
  }

  collectProcess(registry);
  gauge("build_info", "1, with the version as its label", ["version"]).set({ version }, 1);

  const metrics = {
    registry,

    // Sockets
    wsConnections: gauge("ws_connections", "Open sockets that said hello"),
    wsOpened: counter("ws_opened_total", "Sockets that said hello"),
    wsClosed: counter("ws_closed_total", "Sockets closed, by reason", ["reason"]),
    wsFrames: counter("ws_frames_total", "Frames, by direction", ["direction"]),
    wsBytes: counter("ws_bytes_total", "Bytes of frames, by direction", ["direction"]),
    wsWrites: counter("ws_writes_total", "Corked writes to sockets"),
    catchUpReads: counter("catch_up_reads_total", "Reads of documents and log for those who are behind"),
    feedHoles: counter(
      "feed_holes_total",
      "Live records that didn't follow the one before: read from the log",
    ),
    resumes: counter("resumes_total", "Rooms resumed, by result", ["result"]),

    // Messages
    sends: counter("sends_total", "Durable commands, by result (ok or an error code)", ["result"]),
    sendAck: distribution("send_ack_seconds", "From a command's arrival to its reply", seconds),
    delivery: distribution(
      "delivery_seconds",
      "From a record's time to its way out to this node's sockets",
      seconds,
    ),

    // Actors
    actors: gauge("actors", "Actors with an incarnation, by kind", ["kind"]),
    mailbox: distribution("actor_mailbox_messages", "Mailbox depth at admission, by kind", sizes, "kind"),
    refusedMail: counter("actor_mail_refused_total", "Messages that a mailbox refused or dropped", ["kind"]),
    turns: distribution("actor_turn_seconds", "Length of turns, by kind", seconds, "kind"),
    turnMessages: distribution("actor_turn_messages", "Messages per turn, by kind", sizes, "kind"),
    restarts: counter("actor_restarts_total", "Incarnations that failed, by kind", ["kind"]),

    // Log, history, receipts
    logAppend: distribution("log_append_seconds", "From an append's call to its durable answer", seconds),
    logAppends: counter(
      "log_appends_total",
      "Appends, by result: ok, fenced (another owner wrote), unavailable, unknown",
      ["result"],
    ),
    lostStreams: gauge(
      "log_lost_streams",
      "Streams of the log that aren't those that documents were made from",
    ),
    historyLag: gauge("history_lag_records", "Records of the log that history hasn't applied yet"),
    historyLagTime: gauge("history_lag_seconds", "Age of the oldest record of the log that history lacks"),
    historyParked: gauge("history_parked_rooms", "Rooms with a record that history can't apply"),
    deadLetters: counter("dead_letters_total", "Records that a reader refused, by reader and why", [
      "reader",
      "why",
    ]),
    receiptsFlush: distribution("receipts_flush_seconds", "Length of a bulk write of receipts", seconds),

    // What is held, and given back
    feeds: gauge("feeds", "Rooms whose live records this node hands out"),
    timers: gauge("timers", "Timers that wait"),
    subscriptions: gauge("subscriptions", "Subscriptions, to the bus or to the live records of the log", [
      "to",
    ]),

    // Between nodes
    nodes: gauge("cluster_nodes", "Nodes that this one sees, itself included"),
    ignored: counter("foreign_messages_total", "Messages that no node of ours wrote, by where they came", [
      "from",
    ]),
    routed: counter("commands_routed_total", "Commands to other nodes' actors, by what came of it", [
      "event",
    ]),

    // The edge
    http: histogram("http_request_seconds", "HTTP requests, by route and status", seconds, ["route", "code"]),
    authFailures: counter("auth_failures_total", "Callers turned away, by reason", ["reason"]),
    rateLimited: counter("rate_limit_rejections_total", "Requests refused for their rate, by class", [
      "class",
    ]),
    loopLag: distribution("event_loop_lag_seconds", "How late a timer fires", seconds),
  };
  // A rate doesn't see the first count of a series: those that alerts ask for begin at 0.
  for (const result of ["ok", "unavailable", "unknown", "overloaded"]) metrics.sends.inc({ result }, 0);
  for (const reason of ["slow", "overloaded"]) metrics.wsClosed.inc({ reason }, 0);
  metrics.resumes.inc({ result: "void" }, 0);
  return metrics;
}
