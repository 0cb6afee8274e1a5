import { describe, expect, test } from "bun:test";
import { given } from "./world.ts";

const idleMs = 1_000;

/** Logs its lives; stopping takes 10 ms. */
function mortal(options: { residentMax?: number; busy?: (id: string) => boolean } = {}) {
  const world = given();
  const log: string[] = [];
  const kind = world.system.define<string, string>({
    kind: "mortal",
    capacity: 10,
    residentMax: options.residentMax ?? 100,
    idleMs,
    create(id, context) {
      log.push(`${id} wakes`);
      return {
        turn(batch) {
          for (const envelope of batch) {
            log.push(`${id} gets ${envelope.message}`);
            if (envelope.message === "leave") context.leave();
            envelope.reply(id);
          }
        },
        busy: () => options.busy?.(id) ?? false,
        async stop() {
          log.push(`${id} stops`);
          await new Promise<void>((resolve) => world.node.after(10, resolve));
          log.push(`${id} is gone`);
        },
      };
    },
  });
  const ask = (id: string, message: string) => world.settled(world.system.ref(kind, id).ask(message));
  return {
    ...world,
    log,
    kind,
    ask,
    tell: (id: string, message: string) => world.system.ref(kind, id).tell(message),
  };
}

describe("an actor", () => {
  test("wakes with its first message and goes when nobody writes to it", async () => {
    const { ask, kind, elapsed, log } = mortal();
    await ask("a", "hello");
    await elapsed(idleMs - 10);
    expect(kind.residents).toBe(1);
    await elapsed(idleMs / 8 + 30);
    expect(kind.residents).toBe(0);
    expect(log).toEqual(["a wakes", "a gets hello", "a stops", "a is gone"]);
  });

  test("that is warmed wakes without a message, once, and goes like any other when none comes", async () => {
    const { ask, kind, elapsed, log } = mortal();
    kind.warm("a");
    kind.warm("a");
    await elapsed(10);
    expect([log, kind.ids()]).toEqual([["a wakes"], ["a"]]);
    await ask("a", "hello");
    await elapsed(2 * idleMs);
    expect(log).toEqual(["a wakes", "a gets hello", "a stops", "a is gone"]);
    expect(kind.ids()).toEqual([]);
  });

  test("stays while somebody writes to it", async () => {
    const { ask, elapsed, log } = mortal();
    for (let count = 0; count < 5; count++) {
      await ask("a", "hello");
      await elapsed(idleMs * 0.9);
    }
    expect(log.filter((line) => line === "a wakes")).toHaveLength(1);
  });

  test("stays while it is busy", async () => {
    let connected = true;
    const { ask, kind, elapsed } = mortal({ busy: () => connected });
    await ask("a", "hello");
    await elapsed(idleMs * 5);
    expect(kind.residents).toBe(1);
    connected = false;
    await elapsed(idleMs * 1.2);
    expect(kind.residents).toBe(0);
  });

  test("that is stopping leaves new mail to its next incarnation, which begins only afterwards", async () => {
    const { ask, tell, until, quiet, log } = mortal();
    await ask("a", "hello");
    await until(() => log.includes("a stops"));
    tell("a", "again");
    await quiet();
    expect(log).toEqual([
      "a wakes",
      "a gets hello",
      "a stops",
      "a is gone",
      "a wakes",
      "a gets again",
      "a stops",
      "a is gone",
    ]);
  });

  test("may leave by itself; what is queued behind goes to the next incarnation", async () => {
    const { tell, quiet, log } = mortal();
    tell("a", "leave");
    tell("a", "after");
    await quiet();
    expect(log.slice(0, 6)).toEqual([
      "a wakes",
      "a gets leave",
      "a stops",
      "a is gone",
      "a wakes",
      "a gets after",
    ]);
  });
});

describe("the cap on residents", () => {
  test("sends away the least recently active idle one", async () => {
    const { ask, elapsed, kind, log } = mortal({ residentMax: 2 });
    await ask("a", "1");
    await ask("b", "1");
    await ask("a", "2");
    expect(await ask("c", "1")).toBe("c");
    await elapsed(20);
    expect(kind.residents).toBe(2);
    expect(log).toContain("b is gone");
    expect(log).not.toContain("a stops");
  });

  test("passes over the busy ones", async () => {
    const { ask, log } = mortal({ residentMax: 2, busy: (id) => id === "a" });
    await ask("a", "1");
    await ask("b", "1");
    expect(await ask("c", "1")).toBe("c");
    expect(log).toContain("b stops");
    expect(log).not.toContain("a stops");
  });

  test("refuses another one as overloaded when all are busy", async () => {
    const { ask, tell } = mortal({ residentMax: 2, busy: () => true });
    await ask("a", "1");
    await ask("b", "1");
    expect(await ask("c", "1")).toMatchObject({ failure: "overloaded" });
    expect(tell("c", "1")).toBe("rejected");
    expect(await ask("a", "2")).toBe("a");
  });
});

describe("an eviction", () => {
  test("ends the incarnation after its turn and resolves when it is gone", async () => {
    const { system, kind, ask, settled, log } = mortal();
    await ask("a", "hello");
    await settled(system.evict(kind, "a"));
    expect(log.at(-1)).toBe("a is gone");
    expect(kind.residents).toBe(0);
  });

  test("waits for a turn that is running, and queued mail starts the next incarnation", async () => {
    const { node, system, settled, until } = given();
    const log: string[] = [];
    const kind = system.define<string, string>({
      kind: "slow",
      capacity: 10,
      residentMax: 10,
      create: () => {
        log.push("wakes");
        return {
          async turn([envelope]) {
            log.push(`${envelope?.message} begins`);
            await new Promise<void>((resolve) => node.after(50, resolve));
            log.push(`${envelope?.message} ends`);
            envelope?.reply("done");
          },
        };
      },
    });
    const ref = system.ref(kind, "x");
    ref.tell("a");
    await until(() => log.includes("a begins"));
    const next = ref.ask("b");
    await settled(system.evict(kind, "x"));
    expect(log).toEqual(["wakes", "a begins", "a ends", "wakes"]);
    expect(await settled(next)).toBe("done");
  });

  test("ends a quarantine", async () => {
    const { system, settled } = given();
    let sane = false;
    const kind = system.define<string, string>({
      kind: "mad",
      capacity: 10,
      residentMax: 10,
      restart: { max: 0 },
      create: () => ({
        turn([envelope]) {
          if (!sane) throw new Error("mad");
          envelope?.reply("sane");
        },
      }),
    });
    const ref = system.ref(kind, "x");
    await settled(ref.ask("hello"));
    sane = true;
    expect(await settled(ref.ask("hello"))).toMatchObject({ failure: "quarantined" });
    await settled(system.evict(kind, "x"));
    expect(await settled(ref.ask("hello"))).toBe("sane");
  });

  test("ends a backoff, and what was held against the actor is forgotten", async () => {
    const { sim, system, settled } = given();
    const kind = system.define<"crash" | "hello", string>({
      kind: "pardoned",
      capacity: 10,
      residentMax: 10,
      restart: { max: 1, delayMs: 10_000 },
      create: () => ({
        turn([envelope]) {
          if (envelope?.message === "crash") throw new Error("a bug");
          envelope?.reply("hello");
        },
      }),
    });
    const ref = system.ref(kind, "x");
    await settled(ref.ask("crash"));
    const waiting = [ref.ask("crash"), ref.ask("hello")];
    await settled(system.evict(kind, "x"));
    expect(await settled(waiting[0] ?? ref.ask("hello"))).toEqual({ failure: "crashed" });
    expect(sim.now()).toBeLessThan(100);
    await settled(system.evict(kind, "x"));
    expect(await settled(waiting[1] ?? ref.ask("hello"))).toBe("hello");
  });

  test("of an actor that isn't there is nothing", async () => {
    const { system, kind, settled } = mortal();
    await settled(system.evict(kind, "nobody"));
    expect(kind.residents).toBe(0);
  });
});
