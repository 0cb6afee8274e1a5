import { describe, expect, test } from "bun:test";
import { createSim } from "../../../actors/runtime/sim.ts";

/** A busy little world: tasks and timers of three nodes that make more of both. Returns what happened, in order. */
async function story(seed: number): Promise<string> {
  const sim = createSim(seed);
  const lines: string[] = [];
  const nodes = [sim.node(), sim.node(500), sim.node(-500)];
  let left = 300;
  for (const [index, node] of nodes.entries()) {
    const act = async (): Promise<void> => {
      if (left-- <= 0) return;
      lines.push(`${index} ${node.now()} ${node.id()} ${sim.now()}`);
      await null;
      if (node.random() < 0.5) node.soon(() => void act().then(() => {}));
      else node.after(node.random() * 10, () => void act().then(() => {}));
      lines.push(`${index} after`);
    };
    for (let count = 0; count < 3; count++) node.soon(() => void act().then(() => {}));
  }
  const run = await sim.run(() => false);
  return [...lines, JSON.stringify(run)].join("\n");
}

describe("the simulator", () => {
  test("replays a seed byte for byte, and tells another story for another seed", async () => {
    const first = await story(7);
    expect(first.length).toBeGreaterThan(10_000);
    expect(await story(7)).toBe(first);
    expect(await story(8)).not.toBe(first);
  });

  test("lets the seed decide which of the ready tasks runs next", async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 50; seed++) {
      const sim = createSim(seed);
      const node = sim.node();
      let order = "";
      for (const name of ["a", "b", "c"]) {
        node.soon(() => {
          order += name;
        });
      }
      await sim.run(() => false);
      orders.add(order);
    }
    expect(orders.size).toBe(6);
  });

  test("runs all microtasks of a task before the next one, however many", async () => {
    const sim = createSim(1);
    const node = sim.node();
    const log: string[] = [];
    for (const name of ["a", "b"]) {
      const act = async (): Promise<void> => {
        log.push(`${name} begins`);
        for (let count = 0; count < 1_000; count++) await null;
        log.push(`${name} ends`);
      };
      node.soon(() => void act().then(() => {}));
    }
    await sim.run(() => false);
    expect(log.map((line) => line.slice(2))).toEqual(["begins", "ends", "begins", "ends"]);
  });

  test("jumps over idle time, and time also passes while there is work", async () => {
    const sim = createSim(1);
    const node = sim.node();
    let fired = 0;
    node.after(3_600_000, () => fired++);
    expect(await sim.run(() => fired === 1)).toMatchObject({ end: "until", steps: 1 });
    expect(sim.now()).toBe(3_600_000);
    const spin = (): void => node.soon(spin);
    spin();
    node.after(1, () => fired++);
    expect(await sim.run(() => fired === 2)).toMatchObject({ end: "until" });
  });

  test("says how a run ended: the condition, the steps, or nothing left to do", async () => {
    const sim = createSim(1);
    const node = sim.node();
    expect(await sim.run(() => false)).toEqual({ end: "quiet", steps: 0 });
    const spin = (): void => node.soon(spin);
    spin();
    expect(await sim.run(() => false, 10)).toEqual({ end: "steps", steps: 10 });
  });

  test("passes on what a task throws", async () => {
    const sim = createSim(1);
    sim.node().soon(() => {
      throw new Error("a bug in the scenario");
    });
    await expect(sim.run(() => false)).rejects.toThrow("a bug in the scenario");
  });

  test("gives each node its own wall clock, and all the same durations", () => {
    const sim = createSim(1);
    const [right, ahead] = [sim.node(), sim.node(90_000)];
    expect(ahead.now() - right.now()).toBe(90_000);
    ahead.skewMs = -1;
    expect(ahead.now() - right.now()).toBe(-1);
    expect(ahead.monotonic()).toBe(right.monotonic());
  });

  test("makes ids that look like real ones and differ", () => {
    const node = createSim(1).node();
    const ids = Array.from({ length: 1_000 }, () => node.id());
    for (const id of ids) expect(id).toMatch(/^[1-9A-HJ-NP-Za-km-z]{22}$/);
    expect(new Set(ids).size).toBe(1_000);
  });

  test("never runs a cancelled timer, not even one that is due already", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const sim = createSim(seed);
      const node = sim.node();
      let ran = 0;
      const cancels = [
        node.after(5, () => {
          ran++;
          cancels[1]?.();
        }),
        node.after(5, () => {
          ran++;
          cancels[0]?.();
        }),
      ];
      await sim.run(() => false);
      expect(ran).toBe(1);
    }
  });
});

describe("a node that crashes", () => {
  test("drops its tasks and timers, those it sets later too", async () => {
    const sim = createSim(1);
    const [dead, alive] = [sim.node(), sim.node()];
    const log: string[] = [];
    dead.soon(() => log.push("task"));
    dead.after(5, () => log.push("timer"));
    alive.soon(() => log.push("alive"));
    dead.crash();
    dead.soon(() => log.push("later"));
    expect((await sim.run(() => false)).end).toBe("quiet");
    expect(log).toEqual(["alive"]);
  });

  test("never hears of a promise that it saw through itself", async () => {
    const sim = createSim(1);
    const [client, store] = [sim.node(), sim.node()];
    const log: string[] = [];
    const answer = new Promise<string>((resolve) => store.after(10, () => resolve("stored")));
    const call = async (): Promise<void> => {
      log.push(await client.through(answer));
    };
    void call().then(() => {});
    void answer.then((value) => log.push(`the store knows: ${value}`));
    store.after(5, () => client.crash());
    await sim.run(() => false);
    expect(log).toEqual(["the store knows: stored"]);
  });
});

describe("a node that freezes", () => {
  test("does everything after it thaws, late timers and answers included", async () => {
    const sim = createSim(1);
    const [frozen, world] = [sim.node(), sim.node()];
    const log: string[] = [];
    const note = (what: string): void => {
      log.push(`${what} at ${Math.floor(sim.now() / 1_000)} s`);
    };
    frozen.soon(() => note("task"));
    frozen.after(10, () => note("timer"));
    void frozen.through(Promise.resolve("answer")).then(note);
    frozen.freeze();
    world.after(5_000, () => frozen.thaw());
    await sim.run(() => false);
    expect(log.toSorted()).toEqual(["answer at 5 s", "task at 5 s", "timer at 5 s"]);
  });

  test("and crashes has lost what it held", async () => {
    const sim = createSim(1);
    const node = sim.node();
    let ran = false;
    node.freeze();
    node.soon(() => {
      ran = true;
    });
    node.crash();
    node.thaw();
    await sim.run(() => false);
    expect(ran).toBe(false);
  });
});
