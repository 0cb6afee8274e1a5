/** Two nodes that both believe they own an actor, a log that fails in every way, nodes that freeze and crash. */
import { describe, expect, test } from "bun:test";
import { Fenced, Unavailable, UnknownOutcome } from "../../../actors/ports.ts";
import { eventSourced, type Sourced } from "../../../actors/runtime/event-sourced.ts";
import type { Ref } from "../../../actors/runtime/ref.ts";
import { createSim, type Sim, type SimNode } from "../../../actors/runtime/sim.ts";
import { createSystem } from "../../../actors/runtime/system.ts";

const clients = 4;
const commandsEach = 12;

/** Appends its name to a list, once. */
interface Command {
  name: string;
}
/** Where the name stands in the list. */
interface Done {
  at: number;
}
type Names = string[];

interface Tally {
  fenced: number;
  unknown: number;
  late: number;
  crashes: number;
  freezes: number;
}

function sharedLog(sim: Sim, tally: Tally) {
  const records: Names[] = [];
  const machine = sim.node();
  const pause = (maxMs: number): Promise<void> =>
    new Promise((resolve) => void machine.after(sim.random() * maxMs, resolve));
  const write = (expected: number, names: Names): void => {
    if (expected !== records.length) {
      tally.fenced++;
      throw new Fenced();
    }
    records.push(names);
  };
  return {
    records,
    async read(): Promise<Names[]> {
      await pause(3);
      if (sim.random() < 0.05) throw new Unavailable("no answer to a read");
      return [...records];
    },
    async append(expected: number, names: Names): Promise<number> {
      await pause(3);
      const fate = sim.random();
      if (fate < 0.05) throw new Unavailable("nothing was written");
      if (fate < 0.1) {
        tally.late++;
        machine.after(sim.random() * 200, () => {
          if (expected === records.length) records.push(names);
        });
        throw new UnknownOutcome("it arrives later, or never");
      }
      write(expected, names);
      await pause(3);
      if (fate < 0.2) {
        tally.unknown++;
        throw new UnknownOutcome("it was written, the answer is lost");
      }
      return expected + 1;
    },
  };
}

/** What runs on one node. */
function owner(node: SimNode, log: ReturnType<typeof sharedLog>): Ref<Command, Done> {
  const source: Sourced<Command, Done, Names, Names> = {
    async recover() {
      const records = await node.through(log.read());
      return { state: records.flat(), position: records.length };
    },
    open(names) {
      const added: Names = [];
      return {
        decide({ name }) {
          const known = names.indexOf(name);
          if (known >= 0) return { reply: { at: known }, needs: "verify" };
          if (added.length === 3) return "full";
          added.push(name);
          names.push(name);
          return { reply: { at: names.length - 1 }, needs: "append" };
        },
        draft: () => (added.length === 0 ? null : added),
      };
    },
    append: (_, expected, draft) => node.through(log.append(expected, draft)),
    verify: async (_, position) => (await node.through(log.read())).length === position,
  };
  const system = createSystem({ platform: node });
  const kind = system.define<Command, Done>({
    kind: "names",
    capacity: 8,
    batchMax: 4,
    residentMax: 1,
    idleMs: 50,
    create: eventSourced(source),
  });
  return system.ref(kind, "list");
}

async function run(seed: number, tally: Tally): Promise<{ log: Names; acked: Map<string, number> }> {
  const sim = createSim(seed);
  const log = sharedLog(sim, tally);
  const machines = [sim.node(30_000), sim.node(-30_000)];
  const owners = machines.map((machine) => owner(machine, log));
  const people = sim.node();
  const acked = new Map<string, number>();

  const client = async (who: number): Promise<void> => {
    for (let count = 0; count < commandsEach; count++) {
      const name = `${who}.${count}`;
      for (;;) {
        // The client's own patience: a node that crashed never answers.
        const patience = new Promise<null>((resolve) => void people.after(100, () => resolve(null)));
        const asked = owners[Math.floor(sim.random() * owners.length)]?.ask({ name }, { timeoutMs: 80 });
        const outcome = await Promise.race([patience, people.through(Promise.resolve(asked))]);
        if (outcome && "at" in outcome) {
          acked.set(name, outcome.at);
          break;
        }
      }
    }
  };
  const trouble = (): void => {
    const victim = Math.floor(sim.random() * machines.length);
    if (sim.random() < 0.5) {
      tally.crashes++;
      machines[victim]?.crash();
      const machine = sim.node();
      machines[victim] = machine;
      owners[victim] = owner(machine, log);
    } else {
      tally.freezes++;
      const machine = machines[victim];
      machine?.freeze();
      people.after(sim.random() * 150, () => machine?.thaw());
    }
    people.after(sim.random() * 60, trouble);
  };
  people.after(10, trouble);

  let finished = 0;
  for (let who = 0; who < clients; who++) void client(who).then(() => finished++);
  const { end } = await sim.run(() => finished === clients, 200_000);
  expect(end).toBe("until");
  return { log: log.records.flat(), acked };
}

describe("two owners of one actor", () => {
  const tally: Tally = { fenced: 0, unknown: 0, late: 0, crashes: 0, freezes: 0 };

  test("never fork it: each command once, every ack true, whatever fails", async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { log, acked } = await run(seed, tally);
      expect(acked.size).toBe(clients * commandsEach);
      expect(new Set(log).size).toBe(log.length);
      for (const [name, at] of acked) expect(log[at]).toBe(name);
    }
    for (const [what, count] of Object.entries(tally)) expect([what, count > 60]).toEqual([what, true]);
  });

  test("replay from the seed", async () => {
    const [first, second] = [await run(7, tally), await run(7, tally)];
    expect(second).toEqual(first);
  });
});
