import { describe, expect, test } from "bun:test";
import { given } from "./world.ts";

function building() {
  const world = given();
  const log: string[] = [];
  const define = (name: string, turnMs: number) =>
    world.system.define<string, string>({
      kind: name,
      capacity: 10,
      residentMax: 10,
      restart: { delayMs: 10_000 },
      create: () => ({
        async turn([envelope]) {
          if (envelope?.message === "crash") throw new Error("a bug");
          await new Promise<void>((resolve) => world.node.after(turnMs, resolve));
          log.push(`${name} did ${envelope?.message}`);
          envelope?.reply("done");
        },
        async stop() {
          log.push(`${name} stops`);
        },
      }),
    });
  return { ...world, log, define };
}

describe("a system that stops", () => {
  test("works off what is queued, refuses what is new, and stops kinds in reverse order of definition", async () => {
    const { system, settled, log, define } = building();
    const rooms = define("room", 5);
    const users = define("user", 5);
    const room = system.ref(rooms, "r");
    const user = system.ref(users, "u");
    const asks = [room.ask("1"), user.ask("1"), user.ask("2")];
    const stopping = system.stop();
    expect(user.tell("late")).toBe("rejected");
    expect(await settled(user.ask("late"))).toMatchObject({ failure: "stopped" });
    expect(room.tell("from a user that stops")).toBe("accepted");
    await settled(stopping);
    expect(await Promise.all(asks)).toEqual(["done", "done", "done"]);
    expect(log.filter((line) => line.startsWith("user"))).toEqual(["user did 1", "user did 2", "user stops"]);
    expect(log).toContain("room did from a user that stops");
    expect(log.indexOf("room stops")).toBeGreaterThan(log.indexOf("user stops"));
    expect([rooms.residents, users.residents]).toEqual([0, 0]);
  });

  test("waits no longer than the deadline: what is queued is `stopped`, what a turn has is `unknown`", async () => {
    const { sim, system, settled, elapsed, define } = building();
    const rooms = define("room", 60_000);
    const room = system.ref(rooms, "r");
    const asks = [room.ask("in a turn"), room.ask("queued")];
    await elapsed(1);
    await settled(system.stop(500));
    expect(sim.now()).toBeLessThan(520);
    expect(await asks[0]).toEqual({ failure: "unknown" });
    expect(await asks[1]).toMatchObject({ failure: "stopped" });
  });

  test("doesn't wait for backoffs", async () => {
    const { sim, system, settled, define } = building();
    const rooms = define("room", 1);
    const room = system.ref(rooms, "r");
    await settled(room.ask("crash"));
    const waiting = room.ask("waits");
    await settled(system.stop());
    expect(await settled(waiting)).toMatchObject({ failure: "stopped" });
    expect(sim.now()).toBeLessThan(100);
  });

  test("doesn't restart what crashes meanwhile", async () => {
    const { sim, system, settled, define } = building();
    const room = system.ref(define("room", 1), "r");
    const asks = [room.ask("crash"), room.ask("behind")];
    await settled(system.stop());
    expect(await asks[0]).toEqual({ failure: "crashed" });
    expect(await asks[1]).toMatchObject({ failure: "stopped" });
    expect(sim.now()).toBeLessThan(100);
  });

  test("leaves no timer behind", async () => {
    const { sim, system, settled, quiet, define } = building();
    const rooms = define("room", 1);
    await settled(system.ref(rooms, "r").ask("1"));
    await settled(system.ref(rooms, "in backoff").ask("crash"));
    await settled(system.stop());
    const stoppedAt = sim.now();
    await quiet();
    expect(sim.now()).toBe(stoppedAt);
  });

  test("stops once, however often it is told to", async () => {
    const { sim, system, settled, log, define } = building();
    system.ref(define("room", 1), "r").tell("1");
    await settled(Promise.all([system.stop(), system.stop(), system[Symbol.asyncDispose]()]));
    expect(sim.now()).toBeLessThan(100);
    expect(log).toEqual(["room did 1", "room stops"]);
  });
});
