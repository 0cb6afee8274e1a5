/**
 * Groups talk as people do: read, think, write. Every member is a user of k6's with one socket.
 *
 *     k6 run -e URL=http://127.0.0.1:8080 -e PEOPLE=500 -e DURATION_S=120 load/k6/chat.js
 *
 * PEOPLE (20) in groups of GROUP (10) · THINK_S (5), the mean pause of one person · DURATION_S (30)
 * ACK_P95_MS (100) · DELIVERY_P95_MS (150)
 */
import { chatter } from "./kit/chatter.js";
import { missing, thresholds } from "./kit/metrics.js";
import { people, room } from "./kit/people.js";
import { base, size } from "./kit/size.js";

const count = size("PEOPLE", 20);
const group = size("GROUP", 10);
const thinkMs = size("THINK_S", 5) * 1_000;
const durationMs = size("DURATION_S", 30) * 1_000;
/** What was posted last is on its way for so long at most. */
const settleMs = 2_000;

export const options = {
  scenarios: { chat: { executor: "per-vu-iterations", vus: count, iterations: 1, maxDuration: "9m" } },
  setupTimeout: "5m",
  thresholds: thresholds({
    starling_lives: [`count==${count}`],
    starling_posts: ["count>0"],
    starling_ack_ms: [`p(95)<${size("ACK_P95_MS", 100)}`],
    starling_delivery_ms: [`p(95)<${size("DELIVERY_P95_MS", 150)}`],
  }),
};

export function setup() {
  const crowd = people(base, count);
  const rooms = [];
  for (let from = 0; from < count; from += group) rooms.push(room(base, crowd.slice(from, from + group)));
  return { crowd, rooms };
}

/** Exponential, as the pauses of people who don't wait for each other. */
const pause = () => -Math.log(1 - Math.random()) * thinkMs;

export default function ({ crowd, rooms }) {
  const me = __VU - 1;
  const room = rooms[Math.floor(me / group)];
  const end = Date.now() + durationMs;
  const own = chatter(base, crowd[me], "k6", { [room]: null }, { live: think });

  function think() {
    const ms = pause();
    if (Date.now() + ms >= end) setTimeout(leave, end - Date.now() + settleMs);
    else
      setTimeout(() => {
        own.post(room, "and so they talked of this and that");
        think();
      }, ms);
  }

  function leave() {
    missing.add(own.open());
    own.close();
  }
}
