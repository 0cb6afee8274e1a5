import { describe, expect, test } from "bun:test";
import { given } from "./world.ts";

describe("a turn", () => {
  test("is the whole handler: the next one begins when its awaits are over", async () => {
    const { node, system, quiet } = given();
    const log: string[] = [];
    const kind = system.define<string, never>({
      kind: "slow",
      capacity: 10,
      residentMax: 10,
      create: () => ({
        async turn([envelope]) {
          log.push(`${envelope?.message} begins`);
          await new Promise<void>((resolve) => node.after(5, resolve));
          log.push(`${envelope?.message} ends`);
        },
      }),
    });
    const ref = system.ref(kind, "x");
    ref.tell("a");
    node.after(2, () => ref.tell("b"));
    await quiet();
    expect(log).toEqual(["a begins", "a ends", "b begins", "b ends"]);
  });

  test("is never entered from within: a message to itself waits for the next turn", async () => {
    const { system, quiet } = given();
    const log: string[] = [];
    const kind = system.define<number, never>({
      kind: "echo",
      capacity: 10,
      residentMax: 10,
      create: (_, context) => ({
        turn([envelope]) {
          const message = envelope?.message ?? 0;
          log.push(`${message} begins`);
          if (message < 2) context.tell(message + 1);
          log.push(`${message} ends`);
        },
      }),
    });
    system.ref(kind, "x").tell(1);
    await quiet();
    expect(log).toEqual(["1 begins", "1 ends", "2 begins", "2 ends"]);
  });

  test("takes up to batchMax messages, oldest first; what comes meanwhile is in a later batch", async () => {
    const { system, quiet, until } = given();
    const batches: number[][] = [];
    const gate = Promise.withResolvers<void>();
    const kind = system.define<number, never>({
      kind: "batches",
      capacity: 10,
      batchMax: 3,
      residentMax: 10,
      create: () => ({
        turn(batch) {
          batches.push(batch.map(({ message }) => message));
          return gate.promise;
        },
      }),
    });
    const ref = system.ref(kind, "x");
    for (const message of [1, 2, 3, 4]) ref.tell(message);
    await until(() => batches.length === 1);
    ref.tell(5);
    gate.resolve();
    await quiet();
    expect(batches).toEqual([
      [1, 2, 3],
      [4, 5],
    ]);
  });

  test("of an actor that feeds itself for ever leaves the loop to others", async () => {
    const { node, system, until } = given();
    let turns = 0;
    const kind = system.define<"again", never>({
      kind: "selfish",
      capacity: 10,
      residentMax: 10,
      create: (_, context) => ({
        async turn() {
          turns++;
          context.tell("again");
        },
      }),
    });
    system.ref(kind, "x").tell("again");
    let others = 0;
    const other = (): void => {
      others++;
      node.soon(other);
    };
    node.soon(other);
    await until(() => others >= 100);
    expect(turns).toBeGreaterThan(1_000);
  });

  test("of one actor doesn't wait for the turn of another", async () => {
    const { system, settled } = given();
    const kind = system.define<string, string>({
      kind: "apart",
      capacity: 10,
      residentMax: 10,
      create: (id) => ({
        async turn([envelope]) {
          if (id === "stuck") await new Promise<void>(() => {});
          envelope?.reply("done");
        },
      }),
    });
    system.ref(kind, "stuck").tell("wait");
    expect(await settled(system.ref(kind, "free").ask("go"))).toBe("done");
  });
});
