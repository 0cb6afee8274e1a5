/** Two hundred pairs, one message at a time: what a message costs when no other one shares its commit. */
import { quantile } from "../kit/stats.ts";
import { measureCommits } from "./commit.ts";
import type { Outcome } from "./outcome.ts";
import type { Person } from "./people.ts";
import { interleave, ratios } from "./rounds.ts";
import { atMost, row } from "./row.ts";
import { type Hall, Side, type Window } from "./side.ts";
import { floor, type Subject, starling } from "./subject.ts";

const pairsCount = 200;
const everyMs = 5;
/** Until the compilers have seen it all. */
const warmUpMessages = 1_000;
const gate = { quantile: 0.99, boundMs: 5 };

export async function direct(rounds: number, seconds: number): Promise<Outcome> {
  await using ground = await floor(2 * pairsCount);
  await using server = await starling(2 * pairsCount);
  using low = await pairs(ground);
  using high = await pairs(server);
  const schedule = { bursts: (seconds * 1_000) / everyMs, size: 1, everyMs };
  for (const side of [low, high]) await side.window({ ...schedule, bursts: warmUpMessages });
  const found = await interleave(rounds, gate, { floor: low, starling: high }, schedule);
  const commits = await measureCommits(everyMs);
  const perMessage = ({ cpu, messages }: Window) => (cpu / messages) * 1e6;
  const acks = (q: number) => found.rounds.map(({ starling }) => quantile(starling.acksMs, q));
  return {
    ...found,
    rows: [
      row("direct, 200/s: ack p50", "ms", acks(0.5), atMost(1.5)),
      row("direct, 200/s: ack p99", "ms", acks(0.99), atMost(10 + quantile(commits.ms, 0.5))),
      row("   a commit here, p50", "ms", [quantile(commits.ms, 0.5)]),
      row("   a commit here, p99", "ms", [quantile(commits.ms, 0.99)]),
      row(
        "   floor's ack p50",
        "ms",
        found.rounds.map(({ floor }) => quantile(floor.acksMs, 0.5)),
      ),
      row(
        "   floor's ack p99",
        "ms",
        found.rounds.map(({ floor }) => quantile(floor.acksMs, 0.99)),
      ),
      row(
        "direct, 200/s: CPU per message ÷ floor",
        "×",
        ratios(found.rounds, "starling", "floor", perMessage),
        atMost(2.5),
      ),
      row(
        "   the same ÷ (floor + a commit here)",
        "×",
        found.rounds.map(({ starling, floor }) => perMessage(starling) / (perMessage(floor) + commits.cpu)),
      ),
      row("   a commit here, CPU", "µs", [commits.cpu]),
      row(
        "   floor, direct",
        "µs",
        found.rounds.map(({ floor }) => perMessage(floor)),
      ),
    ],
  };
}

async function pairs(subject: Subject): Promise<Side> {
  const halls: Hall[] = [];
  for (let i = 0; i < pairsCount; i++) {
    const [one, other] = subject.people.slice(2 * i) as [Person, Person];
    halls.push({ room: await subject.direct(one, other), sender: one, listeners: [other] });
  }
  return Side.open(subject, halls);
}
