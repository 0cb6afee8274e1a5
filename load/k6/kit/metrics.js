/** What every script measures, and the thresholds that hold at any size. Latencies in ms. */
import { Counter, Trend } from "k6/metrics";

/** From opening a socket to `live`: TCP, WebSocket, token, catch-up. */
export const connectMs = new Trend("starling_connect_ms", true);
/** The same for sockets that come back with a cursor. */
export const resumeMs = new Trend("starling_resume_ms", true);
/** From a post's sending to its reply: it is durable then. */
export const ackMs = new Trend("starling_ack_ms", true);
/** From a post's sending to its arrival at somebody else's socket. One clock: all users live in this process. */
export const deliveryMs = new Trend("starling_delivery_ms", true);

export const lives = new Counter("starling_lives");
export const posts = new Counter("starling_posts");
export const deliveries = new Counter("starling_deliveries");
/** Seqs that a socket skipped. */
export const gaps = new Counter("starling_gaps");
/** Messages that came under two seqs. */
export const duplicates = new Counter("starling_duplicates");
/** Messages that somebody should have, and hasn't in the end. */
export const missing = new Counter("starling_missing");
/** Replies that are errors. */
export const refused = new Counter("starling_refused");
/** Sockets that ended before we closed them. */
export const cut = new Counter("starling_cut_sockets");

/** @param more thresholds of the script's own */
export function thresholds(more) {
  const never = ["gaps", "duplicates", "missing", "refused", "cut_sockets"];
  return { ...Object.fromEntries(never.map((name) => [`starling_${name}`, ["count==0"]])), ...more };
}
