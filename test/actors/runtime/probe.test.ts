import { expect, test } from "bun:test";
import type { Probe } from "../../../actors/runtime/probe.ts";
import { given } from "./world.ts";

test("a probe sees admissions, turns and phases of a kind, and never an id", async () => {
  const seen: unknown[][] = [];
  const probe: Probe = {
    admitted: (...args) => seen.push(["admitted", ...args]),
    turned: (kind, count, waitedMs, ranMs, ok) => {
      expect(waitedMs).toBeWithin(0, 10);
      expect(ranMs).toBeGreaterThanOrEqual(7);
      seen.push(["turned", kind, count, ok]);
    },
    changed: (...args) => seen.push(["changed", ...args]),
    failed: (kind) => seen.push(["failed", kind]),
  };
  const { node, system, settled, elapsed } = given({ probe });
  const kind = system.define<string, string>({
    kind: "watched",
    capacity: 2,
    batchMax: 2,
    residentMax: 10,
    create: (_, context) => ({
      start() {
        context.after(100, "3");
      },
      async turn(batch) {
        await new Promise<void>((resolve) => node.after(7, resolve));
        for (const envelope of batch) {
          if (envelope.message === "crash") throw new Error("a bug");
          envelope.reply("ok");
        }
      },
    }),
  });
  const ref = system.ref(kind, "nobody's business");
  const first = ref.ask("1");
  ref.tell("2");
  ref.tell("too much");
  await settled(first);
  await elapsed(120);
  await settled(ref.ask("crash"));
  expect(seen).toEqual([
    ["admitted", "watched", "accepted", 1],
    ["changed", "watched", "asleep", "starting", "demand"],
    ["changed", "watched", "starting", "running", "started"],
    ["admitted", "watched", "accepted", 2],
    ["admitted", "watched", "rejected", 2],
    ["turned", "watched", 2, true],
    ["turned", "watched", 1, true],
    ["admitted", "watched", "accepted", 1],
    ["turned", "watched", 1, false],
    ["failed", "watched"],
    ["changed", "watched", "running", "backoff", "crashed"],
  ]);
});
