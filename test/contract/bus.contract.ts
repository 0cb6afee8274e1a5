import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Bus, Json } from "../../actors/ports.ts";

export interface BusHarness extends AsyncDisposable {
  bus: Bus;
  /** Lets that many milliseconds pass. */
  advance(ms: number): void;
}

/** What every Bus must do. */
export function busContract(name: string, open: () => Promise<BusHarness>): void {
  describe(`bus: ${name}`, () => {
    let harness: BusHarness;
    let bus: Bus;
    beforeEach(async () => {
      harness = await open();
      bus = harness.bus;
    });
    afterEach(() => harness[Symbol.asyncDispose]());

    /** Resolves when a message that was published now has been delivered, and so all before it. */
    async function settled(): Promise<void> {
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = await bus.subscribe("settled", () => resolve());
      bus.publish("settled", null);
      await promise;
      stop();
    }

    test("a subscriber gets what is published, in order", async () => {
      const got: Json[] = [];
      await bus.subscribe("s", (message) => got.push(message));
      for (let i = 0; i < 100; i++) bus.publish("s", { i });
      await settled();
      expect(got).toEqual(Array.from({ length: 100 }, (_, i) => ({ i })));
    });

    test("publishing never calls a subscriber before it returns", async () => {
      const got: Json[] = [];
      await bus.subscribe("s", (message) => got.push(message));
      bus.publish("s", 1);
      expect(got).toEqual([]);
      await settled();
      expect(got).toEqual([1]);
    });

    test("subjects are apart, subscribers of one subject all get it", async () => {
      const got: string[] = [];
      await bus.subscribe("a", () => got.push("a1"));
      await bus.subscribe("a", () => got.push("a2"));
      await bus.subscribe("b", () => got.push("b"));
      bus.publish("a", null);
      await settled();
      expect(got.sort()).toEqual(["a1", "a2"]);
    });

    test("nothing comes after unsubscribing, not even what was on its way", async () => {
      const got: Json[] = [];
      const stop = await bus.subscribe("s", (message) => got.push(message));
      bus.publish("s", 1);
      stop();
      bus.publish("s", 2);
      await settled();
      expect(got).toEqual([]);
    });

    test("a message published while another is delivered comes after those that waited", async () => {
      const got: Json[] = [];
      await bus.subscribe("s", (message) => {
        got.push(message);
        if (message === 1) bus.publish("s", 3);
      });
      bus.publish("s", 1);
      bus.publish("s", 2);
      await settled();
      await settled();
      expect(got).toEqual([1, 2, 3]);
    });

    test("a published message asks for no answer", async () => {
      const asked: boolean[] = [];
      await bus.subscribe("s", (_, answer) => asked.push(answer !== undefined));
      bus.publish("s", null);
      await settled();
      expect(asked).toEqual([false]);
    });

    test("a request gathers the answers of all subscribers", async () => {
      await bus.subscribe("s", (message, answer) => answer?.(["x", message]));
      await bus.subscribe("s", (message, answer) => answer?.(["y", message]));
      const answers = await bus.request("s", 7, 1_000);
      expect(answers.toSorted()).toEqual([
        ["x", 7],
        ["y", 7],
      ]);
    });

    test("a request that nobody hears is answered at once with nothing", async () => {
      expect(await bus.request("s", 7, 1_000)).toEqual([]);
    });

    test("a request ends at its timeout with what came until then; a late answer is dropped", async () => {
      let late: ((reply: Json) => void) | undefined;
      await bus.subscribe("s", (_, answer) => answer?.("prompt"));
      await bus.subscribe("s", (_, answer) => {
        late = answer;
      });
      const answers = bus.request("s", null, 1_000);
      await settled();
      harness.advance(1_000);
      expect(await answers).toEqual(["prompt"]);
      expect(() => late?.("late")).not.toThrow();
      expect(await answers).toEqual(["prompt"]);
    });

    test("a request ends when it has enough answers", async () => {
      let late: ((reply: Json) => void) | undefined;
      await bus.subscribe("s", (_, answer) => answer?.("prompt"));
      await bus.subscribe("s", (_, answer) => {
        late = answer;
      });
      expect(await bus.request("s", null, 1_000_000, 1)).toEqual(["prompt"]);
      expect(() => late?.("late")).not.toThrow();
    });

    test("answering twice counts once", async () => {
      await bus.subscribe("s", (_, answer) => {
        answer?.(1);
        answer?.(2);
      });
      await bus.subscribe("s", (_, answer) => answer?.(3));
      expect((await bus.request("s", null, 1_000)).toSorted()).toEqual([1, 3]);
    });
  });
}
