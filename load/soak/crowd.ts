/** Everybody, in groups of ten: they come and go for a time and talk at a steady rate; then all of them leave. */
import { paced } from "../bench/enter.ts";
import { Chance } from "../kit/chance.ts";
import { post } from "../kit/http.ts";
import type { Ground } from "./ground.ts";
import { type Tally, Visitor } from "./visitor.ts";

const groupSize = 10;
/** Of 2,000 who stay so long 20 go each second, and nobody longer than half of a token's life. */
const stayMs = 100_000;
const awayMs = 4_000;
const tickMs = 50;

export class Crowd {
  readonly tally: Tally;
  readonly #visitors: readonly Visitor[];
  readonly #chance: Chance;

  private constructor(visitors: readonly Visitor[], tally: Tally, chance: Chance) {
    this.#visitors = visitors;
    this.tally = tally;
    this.#chance = chance;
  }

  static async gather({ people, nodes }: Ground, seed: number): Promise<Crowd> {
    const chance = new Chance(seed);
    const tally: Tally = {
      visits: 0,
      posts: 0,
      unanswered: 0,
      received: 0,
      refused: 0,
      sentBack: 0,
      limited: 0,
      gaps: 0,
      faults: [],
    };
    const visitors: Visitor[] = [];
    for (let first = 0; first < people.length; first += groupSize) {
      const group = people.slice(first, first + groupSize);
      const [owner, ...others] = group;
      const node = nodes[(first / groupSize) % nodes.length];
      if (owner === undefined || node === undefined) throw new Error("nobody is there");
      const room = { name: "soak", cid: Bun.randomUUIDv7(), members: others.map(({ user }) => user) };
      const made = (await post(node.server.base, "/v1/rooms", room, owner.access)) as { room: string };
      for (const [i, signed] of group.entries()) {
        const port = nodes[i % nodes.length]?.server.port ?? 0;
        const friends = group.filter((other) => other !== signed).map(({ user }) => user);
        visitors.push(
          new Visitor({ signed, room: made.room, friends, port }, tally, new Chance(seed + first + i)),
        );
      }
    }
    return new Crowd(visitors, tally, chance);
  }

  /** For so long after the last one came; they are all gone when it resolves. */
  async visit(ms: number, perSecond: number): Promise<void> {
    await paced(this.#visitors.length, async (number) => {
      await this.#visitors[number]?.come();
    });
    const until = performance.now() + ms;
    const lives = this.#visitors.map((visitor) => this.#live(visitor, until));
    await this.#talk(until, perSecond);
    await Promise.all(lives);
  }

  async #live(visitor: Visitor, until: number): Promise<void> {
    for (;;) {
      await within(until, visitor.stayMs(stayMs));
      visitor.go();
      await within(until, visitor.stayMs(awayMs));
      if (performance.now() >= until) return;
      await visitor.come();
    }
  }

  async #talk(until: number, perSecond: number): Promise<void> {
    const began = performance.now();
    for (let said = 0; performance.now() < until; await Bun.sleep(tickMs)) {
      const due = ((performance.now() - began) * perSecond) / 1_000;
      for (; said < due; said++) this.#someone()?.say(`message ${said}`);
    }
  }

  #someone(): Visitor | undefined {
    for (let tries = 0; tries < 100; tries++) {
      const visitor = this.#chance.pick(this.#visitors);
      if (visitor.here) return visitor;
    }
    return undefined;
  }
}

/** Sleeps, but not beyond a time. */
function within(until: number, ms: number): Promise<void> {
  return Bun.sleep(Math.max(0, Math.min(ms, until - performance.now())));
}
