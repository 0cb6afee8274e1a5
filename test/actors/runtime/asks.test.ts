import { describe, expect, test } from "bun:test";
import type { Failure } from "../../../actors/runtime/failure.ts";
import type { Platform } from "../../../actors/runtime/platform.ts";
import { createSim } from "../../../actors/runtime/sim.ts";
import { createSystem } from "../../../actors/runtime/system.ts";
import { given } from "./world.ts";

/** Answers with what it was told; "wait" holds the turn until released, "throw" throws, "forget" doesn't answer. */
function parrot(capacity = 10) {
  const world = given();
  const gate = Promise.withResolvers<void>();
  let waits = false;
  const turns: string[] = [];
  const kind = world.system.define<string, string>({
    kind: "parrot",
    capacity,
    residentMax: 10,
    create: () => ({
      async turn([envelope]) {
        turns.push(envelope?.message ?? "");
        if (envelope === undefined || envelope.message === "forget") return;
        if (envelope.message === "throw") throw new Error("as told");
        if (envelope.message === "wait") {
          waits = true;
          await gate.promise;
        }
        envelope.reply(envelope.message);
      },
    }),
  });
  return {
    ...world,
    release: () => gate.resolve(),
    waiting: () => waits,
    turns,
    ref: world.system.ref(kind, "polly"),
  };
}

describe("an ask", () => {
  test("gets the reply of its turn", async () => {
    const { ref, settled } = parrot();
    expect(await settled(ref.ask("hello"))).toBe("hello");
  });

  test("to a full mailbox is refused at once, with a time to come back", async () => {
    const { ref, settled, until, waiting } = parrot(1);
    ref.tell("wait");
    await until(waiting);
    expect([ref.tell("queued"), ref.tell("too much")]).toEqual(["accepted", "rejected"]);
    expect(await settled(ref.ask("too much"))).toEqual({ failure: "overloaded", retryAfterMs: 1_000 });
  });

  test("whose turn lasts too long is a timeout, and a late reply changes nothing", async () => {
    const { ref, sim, settled, release, quiet } = parrot();
    expect(await settled(ref.ask("wait", { timeoutMs: 50 }))).toEqual({ failure: "timeout" });
    expect(sim.now()).toBeGreaterThanOrEqual(50);
    expect(sim.now()).toBeLessThan(70);
    release();
    await quiet();
    expect(await settled(ref.ask("next"))).toBe("next");
  });

  test("whose turn doesn't come in time was not done: it leaves the mailbox as overloaded", async () => {
    const { ref, settled, until, waiting, release, turns } = parrot(1);
    const first = ref.ask("wait");
    await until(waiting);
    expect(await settled(ref.ask("impatient", { timeoutMs: 20 }))).toMatchObject({ failure: "overloaded" });
    const after = ref.ask("after");
    release();
    expect(await settled(after)).toBe("after");
    expect(await first).toBe("wait");
    expect(turns).toEqual(["wait", "after"]);
  });

  test("in a turn that throws gets `crashed`", async () => {
    const { ref, settled } = parrot();
    expect(await settled(ref.ask("throw"))).toEqual({ failure: "crashed" });
  });

  test("that the turn forgets to answer is a bug of the actor, said at once", async () => {
    const { ref, sim, settled } = parrot();
    expect(await settled(ref.ask("forget"))).toEqual({ failure: "crashed" });
    expect(sim.now()).toBeLessThan(10);
  });

  test("expires in the order of deadlines, whatever order they were asked in", async () => {
    const { ref, quiet } = parrot();
    const order: number[] = [];
    void ref.ask("wait", { timeoutMs: 500 }).then(() => order.push(500));
    for (const timeoutMs of [400, 100, 300, 200]) {
      void ref.ask("late", { timeoutMs }).then(() => order.push(timeoutMs));
    }
    await quiet();
    expect(order).toEqual([100, 200, 300, 400, 500]);
  });

  test("shares its timer with all others", async () => {
    const sim = createSim(1);
    const node = sim.node();
    let timers = 0;
    const counting: Platform = {
      now: () => node.now(),
      monotonic: () => node.monotonic(),
      soon: (task) => node.soon(task),
      after(ms, task) {
        timers++;
        return node.after(ms, task);
      },
      random: () => node.random(),
      id: () => node.id(),
    };
    const system = createSystem({ platform: counting });
    const kind = system.define<number, number>({
      kind: "timed",
      capacity: 1_000,
      residentMax: 1,
      create: () => ({ turn: () => new Promise(() => {}) }),
    });
    let expired = 0;
    for (let number = 0; number < 1_000; number++) {
      void system
        .ref(kind, "x")
        .ask(number, { timeoutMs: 10_000 })
        .then(() => expired++);
    }
    await sim.run(() => expired === 1_000);
    expect(expired).toBe(1_000);
    expect(timers).toBe(1);
  });
});

describe("whatever happens to an actor,", () => {
  test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])("every ask settles exactly once (seed %d)", async (seed) => {
    const world = given({ seed, recoveriesMax: 2 });
    const { sim, node, system, quiet } = world;
    const chance = (share: number): boolean => sim.random() < share;
    const kind = system.define<number, number>({
      kind: "unlucky",
      capacity: 8,
      batchMax: 3,
      residentMax: 4,
      idleMs: 40,
      quarantineMs: 100,
      restart: { windowMs: 200, delayMs: 5 },
      create: () => ({
        async start() {
          await new Promise<void>((resolve) => node.after(sim.random() * 10, resolve));
          if (chance(0.1)) throw new Error("no start");
        },
        async turn(batch) {
          if (chance(0.5)) await new Promise<void>((resolve) => node.after(sim.random() * 30, resolve));
          if (chance(0.1)) throw new Error("no turn");
          for (const envelope of batch) envelope.reply(envelope.message);
        },
        async stop() {
          if (chance(0.3)) throw new Error("no stop");
        },
      }),
    });
    const outcomes = new Map<number, (number | Failure)[]>();
    for (let number = 0; number < 400; number++) {
      node.after(sim.random() * 2_000, () => {
        const id = `actor ${Math.floor(sim.random() * 7)}`;
        const settled: (number | Failure)[] = [];
        outcomes.set(number, settled);
        void system
          .ref(kind, id)
          .ask(number, { timeoutMs: 1 + sim.random() * 100 })
          .then((outcome) => settled.push(outcome));
        if (chance(0.05)) void system.evict(kind, id).then(() => {});
      });
    }
    node.after(1_900, () => void system.stop(50).then(() => {}));
    await quiet();
    expect(outcomes.size).toBe(400);
    expect(kind.residents).toBe(0);
    const failures = new Set<string>();
    for (const [number, settled] of outcomes) {
      expect(settled).toHaveLength(1);
      const [outcome] = settled;
      if (typeof outcome === "object") failures.add(outcome.failure);
      else expect(outcome).toBe(number);
    }
    for (const failure of ["timeout", "overloaded", "crashed", "stopped"])
      expect(failures).toContain(failure);
  });
});
