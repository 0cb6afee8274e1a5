/** One room of a thousand listeners: a message at a time, and in bursts. */
import { median } from "../kit/stats.ts";
import type { Outcome } from "./outcome.ts";
import { interleave, ratios } from "./rounds.ts";
import { atMost, row } from "./row.ts";
import { Side, type Window } from "./side.ts";
import { floor, type Subject, starling } from "./subject.ts";
import { countWrites } from "./writes.ts";

const listenersCount = 1_000;
const singles = { size: 1, everyMs: 50 };
const bursts = { size: 10, everyMs: 500 };
const gate = { quantile: 1, boundMs: 20 };

export async function fanOut(rounds: number, seconds: number): Promise<Outcome> {
  await using ground = await floor(listenersCount + 1);
  await using server = await starling(listenersCount + 1);
  using low = await hall(ground);
  using high = await hall(server);
  const single = { ...singles, bursts: (seconds * 1_000) / singles.everyMs };
  const burst = { ...bursts, bursts: (seconds * 1_000) / bursts.everyMs };
  await warmUp(low, high);
  const one = await interleave(rounds, gate, { floor: low, starling: high }, single);
  const ten = await interleave(rounds, gate, { floor: low, starling: high }, burst);
  const writes = await countWrites(server.server.pid, async () => {
    const { deliveries, faults } = await high.window({ ...bursts, bursts: 8 });
    ten.faults.push(...faults);
    return deliveries;
  });
  const perDelivery = ({ cpu, deliveries }: Window) => (cpu / deliveries) * 1e6;
  return {
    rows: [
      row(
        "1 × 1000, singles: CPU per delivery ÷ floor",
        "×",
        ratios(one.rounds, "starling", "floor", perDelivery),
        atMost(1.2),
      ),
      row(
        "   floor, singles",
        "µs",
        one.rounds.map(({ floor }) => perDelivery(floor)),
      ),
      row(
        "   ack p50",
        "ms",
        one.rounds.map(({ starling }) => median(starling.acksMs)),
      ),
      row(
        "1 × 1000, bursts of 10: CPU per delivery ÷ floor",
        "×",
        ratios(ten.rounds, "starling", "floor", perDelivery),
        atMost(2),
      ),
      row(
        "   floor, bursts",
        "µs",
        ten.rounds.map(({ floor }) => perDelivery(floor)),
      ),
      row(`   writes per delivery (${writes.by})`, "", writes.perDelivery, atMost(0.15)),
    ],
    voids: one.voids + ten.voids,
    noisy: one.noisy || ten.noisy,
    faults: [...one.faults, ...ten.faults],
  };
}

/** Until the compilers have seen it all: their work isn't a message's. */
async function warmUp(...sides: readonly Side[]): Promise<void> {
  for (const side of sides) {
    await side.window({ bursts: 150, size: 1, everyMs: 25 });
    await side.window({ bursts: 15, size: 10, everyMs: 150 });
  }
}

async function hall(subject: Subject): Promise<Side> {
  const [sender, ...listeners] = subject.people;
  if (sender === undefined) throw new Error("nobody is there");
  return Side.open(subject, [{ room: await subject.room(subject.people), sender, listeners }]);
}
