/**
 * Everybody is cut off, something is said meanwhile, and all come back at once with their cursors: each gets exactly what it missed.
 *
 *     k6 run -e URL=http://127.0.0.1:8080 -e SOCKETS=2000 -e PEOPLE=200 -e MISSED=50 load/k6/resume-storm.js
 *
 * PEOPLE (20) share SOCKETS (100), at most 20 each · VUS (10) · MISSED (20) posts · TOGETHER_S (4), until all are live · AWAY_S (3)
 * RESUME_P95_MS (3000)
 */
import { chatter } from "./kit/chatter.js";
import { missing, thresholds } from "./kit/metrics.js";
import { people, room } from "./kit/people.js";
import { base, size } from "./kit/size.js";

const sockets = size("SOCKETS", 100);
const vus = Math.min(size("VUS", 10), sockets);
const missed = size("MISSED", 20);
const togetherMs = size("TOGETHER_S", 4) * 1_000;
const awayMs = size("AWAY_S", 3) * 1_000;
/** After it came back, a socket stays so long, to be told anything twice. */
const stayMs = 1_000;

export const options = {
  scenarios: { storm: { executor: "per-vu-iterations", vus, iterations: 1, maxDuration: "9m" } },
  setupTimeout: "5m",
  thresholds: thresholds({
    // Each twice, and the writer.
    starling_lives: [`count==${2 * sockets + 1}`],
    starling_posts: [`count==${missed}`],
    starling_resume_ms: [`p(95)<${size("RESUME_P95_MS", 3_000)}`],
  }),
};

/** The writer is one person more. */
export function setup() {
  const crowd = people(base, size("PEOPLE", 20) + 1);
  return { crowd, room: room(base, crowd), cutAt: Date.now() + togetherMs };
}

export default function ({ crowd: [writer, ...readers], room, cutAt }) {
  if (__VU === 1) write(writer, room, cutAt + awayMs / 3);
  for (let i = __VU - 1; i < sockets; i += vus) leaveAndReturn(readers[i % readers.length], i, room, cutAt);
}

const until = (at) => Math.max(0, at - Date.now());

function write(person, room, at) {
  const own = chatter(base, person, "writer", { [room]: null });
  setTimeout(() => {
    for (let i = 0; i < missed; i++) own.post(room, `number ${i}`);
  }, until(at));
  setTimeout(() => {
    missing.add(own.open());
    own.close();
  }, until(at) + awayMs);
}

function leaveAndReturn(person, i, room, cutAt) {
  const first = chatter(base, person, `k6-${i}`, { [room]: null });
  setTimeout(() => first.close(), until(cutAt));
  setTimeout(
    () => {
      const [epoch, seq] = first.cursors[room] ?? ["", 0];
      const back = chatter(
        base,
        person,
        `k6-${i}`,
        { [room]: [epoch, seq] },
        {
          live() {
            missing.add(Math.abs(seq + missed - back.cursors[room][1]));
            setTimeout(() => back.close(), stayMs);
          },
        },
      );
    },
    until(cutAt + awayMs),
  );
}
