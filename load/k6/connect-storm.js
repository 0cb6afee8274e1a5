/**
 * Everybody comes at once, as after a restart: sockets open, say hello, get their room's newest page, stay for a while.
 *
 *     k6 run -e URL=http://127.0.0.1:8080 -e SOCKETS=2000 -e PEOPLE=200 load/k6/connect-storm.js
 *
 * PEOPLE (20) share SOCKETS (100), at most 20 each · VUS (10) · STAY_S (5) · CONNECT_P95_MS (3000)
 */
import { chatter } from "./kit/chatter.js";
import { thresholds } from "./kit/metrics.js";
import { people, room } from "./kit/people.js";
import { base, size } from "./kit/size.js";

const sockets = size("SOCKETS", 100);
const vus = Math.min(size("VUS", 10), sockets);
const stayMs = size("STAY_S", 5) * 1_000;

export const options = {
  scenarios: { storm: { executor: "per-vu-iterations", vus, iterations: 1, maxDuration: "9m" } },
  setupTimeout: "5m",
  thresholds: thresholds({
    starling_lives: [`count==${sockets}`],
    starling_connect_ms: [`p(95)<${size("CONNECT_P95_MS", 3_000)}`],
  }),
};

export function setup() {
  const crowd = people(base, size("PEOPLE", 20));
  return { crowd, room: room(base, crowd) };
}

export default function ({ crowd, room }) {
  for (let i = __VU - 1; i < sockets; i += vus) {
    const one = chatter(base, crowd[i % crowd.length], `k6-${i}`, { [room]: null });
    setTimeout(() => one.close(), stayMs);
  }
}
