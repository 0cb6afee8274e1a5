import { describe, expect, test } from "bun:test";
import { Fenced, Unavailable, UnknownOutcome } from "../../../actors/ports.ts";
import { eventSourced, type Sourced } from "../../../actors/runtime/event-sourced.ts";
import { given } from "./world.ts";

/**
 * A counter: `add` raises it, `read` asks for it, `hello` is answered by anybody. A record takes two adds.
 * Its log is a list of sums; the position is its length. Every visit to the log is noted and can be made to fail.
 */
type Command = { do: "add"; by: number } | { do: "read" } | { do: "hello" } | { do: "huge" };

function counter() {
  const world = given();
  const log: number[] = [];
  const notes: string[] = [];
  const faults: { append: Error[]; verify: Error[]; recover: Error[] } = {
    append: [],
    verify: [],
    recover: [],
  };
  const before: { append?: () => void; verify?: () => void } = {};
  const after: { append?: () => Promise<void> } = {};
  const visit = async (what: "append" | "verify" | "recover", detail: string): Promise<void> => {
    notes.push(`${what} ${detail}`);
    await new Promise<void>((resolve) => world.node.after(5, resolve));
    const fault = faults[what].shift();
    if (fault !== undefined) throw fault;
  };
  const source: Sourced<Command, string, { sum: number }, number[]> = {
    async recover() {
      await visit("recover", `${log.length}`);
      return { state: { sum: log.reduce((sum, by) => sum + by, 0) }, position: log.length };
    },
    open(state) {
      const added: number[] = [];
      return {
        decide(command) {
          switch (command.do) {
            case "hello":
              return { reply: "hello", needs: "nothing" };
            case "read":
              return { reply: `${state.sum}`, needs: "verify" };
            case "huge":
              return "full";
            case "add":
              if (added.length === 2) return "full";
              added.push(command.by);
              state.sum += command.by;
              return { reply: `now ${state.sum}`, needs: "append" };
          }
        },
        draft: () => (added.length === 0 ? null : added),
      };
    },
    async append(_, expected, draft) {
      before.append?.();
      await visit("append", `${draft} at ${expected}`);
      if (expected !== log.length) throw new Fenced();
      log.push(...draft);
      await after.append?.();
      return log.length;
    },
    async verify(_, position) {
      before.verify?.();
      await visit("verify", `${position}`);
      return position === log.length;
    },
    committed(_, state, position) {
      notes.push(`committed ${state.sum} at ${position}`);
    },
  };
  const kind = world.system.define<Command, string>({
    kind: "counter",
    capacity: 100,
    batchMax: 10,
    residentMax: 10,
    create: eventSourced(source),
  });
  const ref = world.system.ref(kind, "x");
  return { ...world, log, notes, faults, before, after, kind, ref };
}

const add = (by: number): Command => ({ do: "add", by });
const read: Command = { do: "read" };
const hello: Command = { do: "hello" };

/** Somebody else writes, once. */
function intruder(log: number[], by: number): () => void {
  let done = false;
  return () => {
    if (!done) log.push(by);
    done = true;
  };
}

describe("an event-sourced actor", () => {
  test("recovers before its first turn, and remembers from then on", async () => {
    const { log, ref, settled, notes } = counter();
    log.push(40);
    expect(await settled(ref.ask(add(2)))).toBe("now 42");
    expect(await settled(ref.ask(add(1)))).toBe("now 43");
    expect(notes.filter((note) => note.startsWith("recover"))).toHaveLength(1);
  });

  test("decides a batch on the tentative state and makes one append of it", async () => {
    const { ref, settled, notes, log } = counter();
    const replies = [ref.ask(add(1)), ref.ask(add(2)), ref.ask(read)].map(settled);
    expect(await Promise.all(replies)).toEqual(["now 1", "now 3", "3"]);
    expect(notes).toEqual(["recover 0", "append 1,2 at 0", "committed 3 at 2"]);
    expect(log).toEqual([1, 2]);
  });

  test("holds replies until the append is durable; what needs nothing leaves at once", async () => {
    const { ref, until, after, log } = counter();
    const gate = Promise.withResolvers<void>();
    after.append = () => gate.promise;
    const replies: string[] = [];
    for (const command of [add(1), read, hello]) {
      void ref.ask(command).then((reply) => replies.push(String(reply)));
    }
    await until(() => log.length === 1);
    expect(replies).toEqual(["hello"]);
    gate.resolve();
    await until(() => replies.length === 3);
    expect(replies).toEqual(["hello", "now 1", "1"]);
  });

  test("opens another record when one is full, in order", async () => {
    const { ref, settled, notes } = counter();
    const replies = [1, 2, 3, 4, 5].map((by) => settled(ref.ask(add(by))));
    expect(await Promise.all(replies)).toEqual(["now 1", "now 3", "now 6", "now 10", "now 15"]);
    expect(notes.filter((note) => note.startsWith("append"))).toEqual([
      "append 1,2 at 0",
      "append 3,4 at 2",
      "append 5 at 4",
    ]);
  });

  test("crashes on a command that fits no record: that is a bug", async () => {
    const { ref, settled } = counter();
    expect(await settled(ref.ask({ do: "huge" }))).toEqual({ failure: "crashed" });
  });
});

describe("a turn that only refuses or reads", () => {
  test("verifies before it answers, and appends nothing", async () => {
    const { ref, settled, notes } = counter();
    expect(await settled(ref.ask(read))).toBe("0");
    expect(notes).toEqual(["recover 0", "verify 0"]);
  });

  test("reloads and decides again when somebody else wrote", async () => {
    const { ref, settled, log, before, notes } = counter();
    before.verify = intruder(log, 7);
    expect(await settled(ref.ask(read))).toBe("7");
    expect(notes).toEqual(["recover 0", "verify 0", "recover 1", "verify 1"]);
  });

  test("is released when nobody can tell", async () => {
    const { ref, settled, faults, notes } = counter();
    faults.verify.push(new Error("no answer"));
    expect(await settled(ref.ask(read))).toBe("0");
    expect(notes).toEqual(["recover 0", "verify 0"]);
  });

  test("of what is true of any state visits nobody", async () => {
    const { ref, settled, notes } = counter();
    expect(await settled(ref.ask(hello))).toBe("hello");
    expect(notes).toEqual(["recover 0"]);
  });
});

describe("an append", () => {
  test("that is fenced is decided again on the reloaded state", async () => {
    const { ref, settled, log, before } = counter();
    before.append = intruder(log, 100);
    const replies = [add(1), read].map((command) => settled(ref.ask(command)));
    expect(await Promise.all(replies)).toEqual(["now 101", "101"]);
    expect(log).toEqual([100, 1]);
  });

  test("that is fenced again and again is given up as `moved`, and nothing was written", async () => {
    const { ref, settled, log, before, notes } = counter();
    before.append = () => log.push(100);
    const asks = [add(1), add(2), add(3)].map((command) => settled(ref.ask(command)));
    for (const reply of await Promise.all(asks)) expect(reply).toEqual({ failure: "moved" });
    expect(notes.filter((note) => note.startsWith("append"))).toHaveLength(4);
    expect(log).toEqual([100, 100, 100, 100]);
    delete before.append;
    expect(await settled(ref.ask(read))).toBe("400");
  });

  test("that is unavailable fails its turn, forgets the tentative state and recovers", async () => {
    const { ref, settled, faults, notes, log } = counter();
    faults.append.push(new Unavailable("disk full"));
    const asks = [hello, add(1), read, add(2), add(3)].map((command) => settled(ref.ask(command)));
    const [greeting, ...others] = await Promise.all(asks);
    expect(greeting).toBe("hello");
    for (const reply of others) expect(reply).toMatchObject({ failure: "unavailable" });
    expect(log).toEqual([]);
    expect(await settled(ref.ask(add(5)))).toBe("now 5");
    expect(notes.filter((note) => note.startsWith("recover"))).toHaveLength(2);
  });

  test("whose outcome is unknown says so and ends the incarnation; the next one knows what landed", async () => {
    const { ref, settled, after, notes } = counter();
    after.append = async () => {
      throw new UnknownOutcome("lost the answer");
    };
    const asks = [add(1), read, add(2), add(3)].map((command) => settled(ref.ask(command)));
    const [first, second, third, behind] = await Promise.all(asks);
    for (const reply of [first, second, third]) expect(reply).toEqual({ failure: "unknown" });
    expect(behind).toMatchObject({ failure: "unavailable" });
    delete after.append;
    expect(await settled(ref.ask(read))).toBe("3");
    expect(notes.filter((note) => note.startsWith("recover"))).toEqual(["recover 0", "recover 2"]);
  });

  test("that throws anything else is unknown too, and a crash", async () => {
    const { ref, settled, faults } = counter();
    for (let count = 0; count < 4; count++) {
      faults.append.push(new Error("a bug in the port"));
      expect(await settled(ref.ask(add(1)))).toEqual({ failure: "unknown" });
    }
    expect(await settled(ref.ask(add(1)))).toMatchObject({ failure: "quarantined" });
  });

  test("that ends after its incarnation was abandoned releases nothing", async () => {
    const { ref, settled, system, until, after, log } = counter();
    const gate = Promise.withResolvers<void>();
    after.append = () => gate.promise;
    const reply = ref.ask(add(1));
    await until(() => log.length === 1);
    await settled(system.stop(10));
    gate.resolve();
    expect(await settled(reply)).toEqual({ failure: "unknown" });
  });
});

describe("a recovery", () => {
  test("that fails is tried again while commands wait", async () => {
    const { ref, settled, faults, log } = counter();
    log.push(1);
    for (let count = 0; count < 3; count++)
      faults.recover.push(new Unavailable("away"), new UnknownOutcome());
    expect(await settled(ref.ask(read))).toBe("1");
  });

  test("that finds a broken log is a crash: after some the actor is quarantined", async () => {
    const { ref, settled, faults } = counter();
    for (let count = 0; count < 4; count++) faults.recover.push(new Error("a hole in the seqs"));
    expect(await settled(ref.ask(read))).toMatchObject({ failure: "quarantined" });
  });
});
