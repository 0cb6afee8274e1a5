/**
 * One writes, all read: a room with many sockets and a steady stream of posts.
 *
 *     k6 run -e URL=http://127.0.0.1:8080 -e SOCKETS=1000 -e PEOPLE=100 -e RATE=20 load/k6/fan-out.js
 *
 * PEOPLE (20) share SOCKETS (100), at most 20 each · VUS (10) · RATE (10) posts a second for DURATION_S (10), after WARM_UP_S (3)
 * ACK_P95_MS (100) · DELIVERY_P95_MS (250)
 */
import { chatter } from "./kit/chatter.js";
import { missing, thresholds } from "./kit/metrics.js";
import { people, room } from "./kit/people.js";
import { base, size } from "./kit/size.js";

const sockets = size("SOCKETS", 100);
const vus = Math.min(size("VUS", 10), sockets);
const rate = size("RATE", 10);
const count = Math.ceil(rate * size("DURATION_S", 10));
const warmUpMs = size("WARM_UP_S", 3) * 1_000;
/** Whoever has not seen the last post by then has missed it. */
const patienceMs = 10_000;
const theEnd = "the end";

export const options = {
  scenarios: { room: { executor: "per-vu-iterations", vus, iterations: 1, maxDuration: "9m" } },
  setupTimeout: "5m",
  thresholds: thresholds({
    starling_lives: [`count==${sockets + 1}`],
    starling_posts: [`count==${count + 1}`],
    starling_deliveries: [`count==${(count + 1) * sockets}`],
    starling_ack_ms: [`p(95)<${size("ACK_P95_MS", 100)}`],
    starling_delivery_ms: [`p(95)<${size("DELIVERY_P95_MS", 250)}`],
  }),
};

/** The writer is one person more. */
export function setup() {
  const crowd = people(base, size("PEOPLE", 20) + 1);
  return { crowd, room: room(base, crowd), at: Date.now() + warmUpMs };
}

export default function ({ crowd: [writer, ...readers], room, at }) {
  if (__VU === 1) write(writer, room, at);
  for (let i = __VU - 1; i < sockets; i += vus) read(readers[i % readers.length], i, room, at);
}

function write(person, room, at) {
  const own = chatter(base, person, "writer", { [room]: null });
  for (let i = 0; i < count; i++) {
    setTimeout(() => own.post(room, `number ${i}`), Math.max(0, at - Date.now()) + (i * 1_000) / rate);
  }
  const over = Math.max(0, at - Date.now()) + (count * 1_000) / rate;
  setTimeout(() => own.post(room, theEnd), over);
  setTimeout(
    () => {
      missing.add(own.open());
      own.close();
    },
    over + patienceMs / 2,
  );
}

function read(person, i, room, at) {
  const late = setTimeout(
    () => {
      missing.add(1);
      own.close();
    },
    Math.max(0, at - Date.now()) + (count * 1_000) / rate + patienceMs,
  );
  const own = chatter(
    base,
    person,
    `k6-${i}`,
    { [room]: null },
    {
      posted(text) {
        if (!text.endsWith(theEnd)) return;
        clearTimeout(late);
        own.close();
      },
    },
  );
}
