import { describe, expect, test } from "bun:test";
import { Interrupted } from "../../../actors/runtime/failure.ts";
import type { Probe } from "../../../actors/runtime/probe.ts";
import { given } from "./world.ts";

const restart = { max: 3, windowMs: 60_000, delayMs: 100, delayMaxMs: 30_000 };
const quarantineMs = 30_000;

/** Counts its incarnations and answers with the count; "crash" and "interrupt" end the incarnation. */
function fragile({ batchMax = 10 } = {}) {
  const world = given();
  let incarnations = 0;
  const kind = world.system.define<"crash" | "interrupt" | "who", number>({
    kind: "fragile",
    capacity: 10,
    batchMax,
    residentMax: 10,
    restart,
    quarantineMs,
    create: () => {
      const me = ++incarnations;
      return {
        turn(batch) {
          for (const envelope of batch) {
            if (envelope.message === "crash") throw new Error("a bug");
            if (envelope.message === "interrupt") throw new Interrupted("the log is away");
            envelope.reply(me);
          }
        },
      };
    },
  });
  return { ...world, kind, ref: world.system.ref(kind, "x"), incarnations: () => incarnations };
}

describe("a crash", () => {
  test("fails its batch, keeps the rest of the mail, and a fresh incarnation works it off", async () => {
    const { ref, until, sim, settled } = fragile();
    const crashed = ref.ask("crash");
    const sameBatch = ref.ask("who");
    let failed = false;
    void crashed.then(() => {
      failed = true;
    });
    await until(() => failed);
    const later = ref.ask("who");
    expect(await settled(sameBatch)).toEqual({ failure: "crashed" });
    expect(await settled(later)).toBe(2);
    expect(sim.now()).toBeGreaterThanOrEqual(restart.delayMs / 2);
  });

  test("in a row doubles the delay, with jitter; a good turn resets it", async () => {
    const { ref, sim, settled } = fragile();
    const delays: number[] = [];
    const crash = async (): Promise<void> => {
      await settled(ref.ask("interrupt"));
      const failedAt = sim.now();
      const next = ref.ask("interrupt");
      await settled(next);
      delays.push(sim.now() - failedAt);
    };
    await crash();
    await crash();
    const [first = 0, second = 0] = delays;
    expect(first).toBeGreaterThanOrEqual(50);
    expect(first).toBeLessThanOrEqual(101);
    expect(second).toBeGreaterThanOrEqual(200);
    expect(second).toBeLessThanOrEqual(401);
    await settled(ref.ask("who"));
    await crash();
    expect(delays[2]).toBeLessThanOrEqual(101);
  });

  test("of many at once doesn't bring them all back at once", async () => {
    const { system, kind, sim, quiet } = fragile();
    const backAt: number[] = [];
    for (let id = 0; id < 10; id++) {
      const ref = system.ref(kind, `${id}`);
      const crashed = ref.ask("crash");
      void crashed.then(() => ref.ask("who")).then(() => backAt.push(sim.now()));
    }
    await quiet();
    expect(backAt).toHaveLength(10);
    expect(Math.max(...backAt) - Math.min(...backAt)).toBeGreaterThan(restart.delayMs / 4);
  });

  test("too often in the window leads to quarantine: refused fast, then tried again", async () => {
    const { ref, sim, settled, elapsed, incarnations } = fragile();
    for (let crashes = 0; crashes <= restart.max; crashes++) await settled(ref.ask("crash"));
    const count = incarnations();
    const refusedAt = sim.now();
    expect(await settled(ref.ask("who"))).toEqual({ failure: "quarantined", retryAfterMs: quarantineMs });
    expect(ref.tell("who")).toBe("rejected");
    expect(sim.now() - refusedAt).toBeLessThan(1);
    expect(incarnations()).toBe(count);
    await elapsed(quarantineMs);
    expect(await settled(ref.ask("who"))).toBe(count + 1);
  });

  test("outside of the window is forgotten", async () => {
    const { ref, settled, elapsed } = fragile();
    for (let crashes = 0; crashes < 6; crashes++) {
      expect(await settled(ref.ask("crash"))).toEqual({ failure: "crashed" });
      await elapsed(restart.windowMs / restart.max + 1);
    }
    expect(await settled(ref.ask("who"))).toBe(7);
  });

  test("that leads to quarantine refuses what waits in the mailbox", async () => {
    const { ref, settled } = fragile({ batchMax: 1 });
    for (let crashes = 0; crashes < restart.max; crashes++) await settled(ref.ask("crash"));
    const last = ref.ask("crash");
    const behind = ref.ask("who");
    expect(await settled(last)).toEqual({ failure: "crashed" });
    expect(await settled(behind)).toEqual({ failure: "quarantined", retryAfterMs: quarantineMs });
  });

  test("doesn't touch its neighbours", async () => {
    const { system, kind, ref, settled } = fragile();
    const neighbour = system.ref(kind, "y");
    expect(await settled(neighbour.ask("who"))).toBe(1);
    await settled(ref.ask("crash"));
    expect(await settled(neighbour.ask("who"))).toBe(1);
  });

  test("gives back what the incarnation held, and is told to the probe by kind", async () => {
    const failures: string[] = [];
    const probe: Probe = {
      admitted() {},
      turned() {},
      changed() {},
      failed: (kind, error) => failures.push(`${kind}: ${error}`),
    };
    const { system, settled } = given({ probe });
    let released = 0;
    const kind = system.define<"crash", never>({
      kind: "holder",
      capacity: 1,
      residentMax: 1,
      create: () => ({
        turn() {
          throw new Error("a bug");
        },
        release() {
          released++;
        },
      }),
    });
    await settled(system.ref(kind, "secret-id").ask("crash"));
    expect(released).toBe(1);
    expect(failures).toEqual(["holder: Error: a bug"]);
  });
});

describe("an interruption", () => {
  test("answers `unavailable` and never leads to quarantine", async () => {
    const { ref, settled } = fragile();
    for (let count = 0; count < 8; count++) {
      expect(await settled(ref.ask("interrupt", { timeoutMs: 60_000 }))).toMatchObject({
        failure: "unavailable",
      });
    }
    expect(await settled(ref.ask("who", { timeoutMs: 60_000 }))).toBe(9);
  });
});

describe("a start", () => {
  test("that fails is tried again while its mail waits", async () => {
    const { system, settled } = given();
    let starts = 0;
    const kind = system.define<string, number>({
      kind: "late",
      capacity: 10,
      residentMax: 10,
      create: () => ({
        async start() {
          if (++starts < 3) throw new Interrupted("the store is away");
        },
        turn([envelope]) {
          envelope?.reply(starts);
        },
      }),
    });
    expect(await settled(system.ref(kind, "x").ask("hello"))).toBe(3);
  });

  test("waits for its place: only so many recover at once", async () => {
    const { node, system, quiet } = given({ recoveriesMax: 3 });
    let recovering = 0;
    let most = 0;
    let failed = false;
    const done = new Set<string>();
    const kind = system.define<string, never>({
      kind: "recovering",
      capacity: 10,
      residentMax: 100,
      create: (id) => ({
        async start() {
          most = Math.max(most, ++recovering);
          await new Promise<void>((resolve) => node.after(10, resolve));
          recovering--;
          if (id === "7" && !failed) {
            failed = true;
            throw new Interrupted("a failed start gives its place back too");
          }
        },
        turn() {
          done.add(id);
        },
      }),
    });
    for (let id = 0; id < 20; id++) system.ref(kind, `${id}`).tell("wake up");
    await quiet();
    expect(most).toBe(3);
    expect(done.size).toBe(20);
  });
});
