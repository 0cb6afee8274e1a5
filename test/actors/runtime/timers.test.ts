import { describe, expect, test } from "bun:test";
import type { Context } from "../../../actors/runtime/behavior.ts";
import { given } from "./world.ts";

/** Runs one script per incarnation, then logs what it gets. */
function timed(script: (context: Context<string>, incarnation: number) => void) {
  const world = given();
  const log: string[] = [];
  let incarnations = 0;
  const kind = world.system.define<string, string>({
    kind: "timed",
    capacity: 2,
    residentMax: 10,
    idleMs: 60_000,
    create(_, context) {
      const me = ++incarnations;
      script(context, me);
      return {
        async turn([envelope]) {
          if (envelope?.message === "crash") throw new Error("a bug");
          if (envelope?.message === "sleep")
            await new Promise<void>((resolve) => world.node.after(100, resolve));
          log.push(`${me} gets ${envelope?.message}`);
          envelope?.reply("ok");
        },
      };
    },
  });
  return { ...world, log, kind, ref: world.system.ref(kind, "x") };
}

describe("a timer", () => {
  test("delivers its message to the actor itself, as a turn like any other", async () => {
    const { ref, elapsed, log } = timed((context) => context.after(50, "tick"));
    ref.tell("hello");
    await elapsed(60);
    expect(log).toEqual(["1 gets hello", "1 gets tick"]);
  });

  test("can be cancelled, also when its message is queued already", async () => {
    const cancels: (() => void)[] = [];
    const { ref, node, elapsed, log } = timed((context) => {
      cancels.push(context.after(10, "early"), context.after(50, "late"));
    });
    ref.tell("sleep");
    node.after(60, () => {
      for (const cancel of cancels) cancel();
    });
    await elapsed(200);
    expect(log).toEqual(["1 gets sleep"]);
  });

  test("dies with its incarnation, evicted or crashed", async () => {
    const { ref, system, kind, settled, elapsed, log } = timed((context, me) => {
      if (me < 3) context.after(150, `tick of ${me}`);
    });
    await settled(ref.ask("hello"));
    await settled(system.evict(kind, "x"));
    await settled(ref.ask("hello"));
    await settled(ref.ask("crash"));
    await settled(ref.ask("hello"));
    await elapsed(1_000);
    expect(log).toEqual(["1 gets hello", "2 gets hello", "3 gets hello"]);
  });

  test("dies with its incarnation although its message is queued already", async () => {
    const { ref, system, kind, settled, elapsed, log } = timed((context, me) => {
      if (me === 1) context.after(10, "tick");
    });
    ref.tell("sleep");
    await elapsed(50);
    await settled(system.evict(kind, "x"));
    await settled(ref.ask("hello"));
    expect(log).toEqual(["1 gets sleep", "2 gets hello"]);
  });

  test("is delivered to a full mailbox too", async () => {
    const { ref, elapsed, log } = timed((context) => context.after(10, "tick"));
    ref.tell("sleep");
    await elapsed(5);
    expect([ref.tell("a"), ref.tell("b"), ref.tell("c")]).toEqual(["accepted", "accepted", "rejected"]);
    await elapsed(200);
    expect(log).toEqual(["1 gets sleep", "1 gets a", "1 gets b", "1 gets tick"]);
  });

  test("and a tell of an incarnation that is over reach nobody", async () => {
    const contexts: Context<string>[] = [];
    const { ref, settled, system, kind, elapsed, log } = timed((context) => contexts.push(context));
    await settled(ref.ask("hello"));
    await settled(system.evict(kind, "x"));
    await settled(ref.ask("hello"));
    expect(contexts[0]?.tell("ghost")).toBe("rejected");
    contexts[0]?.after(1, "ghost");
    contexts[0]?.leave();
    await elapsed(20);
    expect(log).toEqual(["1 gets hello", "2 gets hello"]);
    expect(kind.residents).toBe(1);
  });
});
