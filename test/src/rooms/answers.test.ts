/** What is answered at the edges of time: after a removal, before the documents have it, after an unknown outcome. */
import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import type { Log, Store } from "../../../actors/ports.ts";
import type { RoomCommand, RoomReply } from "../../../actors/room/commands.ts";
import { serverOf } from "../../../actors/room/frame.ts";
import { refuse } from "../../../actors/room/refusals.ts";
import { createAuth } from "../../../src/auth/auth.ts";
import { MemoryBus } from "../../../src/bus/memory.ts";
import { MemoryLog } from "../../../src/log/memory.ts";
import { startNode } from "../../../src/node.ts";
import { ratesOff } from "../../../src/operations/rate.ts";
import { RoomEdge } from "../../../src/rooms/edge.ts";
import { memoryStore } from "../../../src/store/memory.ts";
import { settle } from "../../support/live.ts";
import { cheapArgon, granted, manualPlatform, password } from "../../support/node.ts";
import { groupOfTwo, room } from "./written-room.ts";

async function given(twist: (store: Store) => Store = (store) => store, ports?: { store: Store; log: Log }) {
  const platform = manualPlatform();
  const store = twist(ports?.store ?? memoryStore());
  const bus = new MemoryBus(platform);
  const auth = await createAuth({ store, bus, platform, argon: cheapArgon });
  const faults: unknown[] = [];
  const log = ports?.log ?? new MemoryLog(platform);
  const node = startNode({
    platform,
    log,
    store,
    bus,
    auth,
    rates: ratesOff,
    onFailure: (_, error) => faults.push(error),
  });
  let last = platform.now();
  const cid = () => {
    last = Math.max(last, platform.now());
    return Bun.randomUUIDv7("hex", last);
  };
  return {
    ...node,
    platform,
    store,
    bus,
    auth,
    log,
    faults,
    cid,
    async join(name: string) {
      return granted(await auth.register({ name, password, device: "d", label: "" }));
    },
    async call<T = Record<string, never>>(who: { user: string; session: string }, op: string, input: object) {
      const call = {
        caller: { user: who.user, session: who.session, expiresAt: Number.MAX_SAFE_INTEGER },
        connection: null,
        address: "",
      };
      return (await node.dispatch(op, input, call)) as { ok: T } | { error: { code: string } };
    },
  };
}

test("P5: a summary tells a former member nothing from after the removal", async () => {
  const node = await given();
  const [ana, eve, bob] = [await node.join("ana"), await node.join("eve"), await node.join("bob")];
  const made = await node.call<{ room: string }>(ana, "room.create", {
    cid: node.cid(),
    name: "before",
    members: [eve.user],
  });
  const { room } = granted(made as never) as { room: string };
  await node.call(ana, "room.remove", { room, cid: node.cid(), user: eve.user });
  const look = async () => {
    await node.history.caughtUp();
    const found = await node.call<{ rooms: object[] }>(eve, "room.summaries", { rooms: [room] });
    return "ok" in found ? found.ok.rooms : found;
  };
  const before = await look();
  node.platform.advance(1000);
  await node.call(ana, "room.rename", { room, cid: node.cid(), name: "why eve had to go" });
  await node.call(ana, "room.add", { room, cid: node.cid(), users: [bob.user] });
  await settle();
  expect(await look()).toEqual(before);
});

test("a deleted message's versions are gone once the deletion is acknowledged", async () => {
  let hold: Promise<void> | null = null;
  let open = () => {};
  const node = await given((store) => ({
    ...store,
    projection: {
      checkpoint: (stream) => store.projection.checkpoint(stream),
      apply: async (...args) => {
        if (hold !== null) await hold;
        return store.projection.apply(...args);
      },
    },
  }));
  const ana = await node.join("ana");
  const { room } = granted(
    (await node.call(ana, "room.create", { cid: node.cid(), name: "x" })) as never,
  ) as { room: string };
  const { seq } = granted(
    (await node.call(ana, "room.post", { room, cid: node.cid(), text: "secret" })) as never,
  ) as { seq: number };
  await node.call(ana, "room.edit", { room, seq, cid: node.cid(), text: "harmless" });
  await node.history.caughtUp();
  hold = new Promise((resolve) => {
    open = resolve;
  });
  granted((await node.call(ana, "room.delete", { room, seq, cid: node.cid() })) as never);
  const versions = await node.call(ana, "room.versions", { room, seq });
  open();
  expect(JSON.stringify(versions)).not.toContain("secret");
});

test("after an unknown outcome the edge never says that nothing was done", async () => {
  const answers: RoomReply[] | object[] = [
    { failure: "unknown" },
    { failure: "unavailable", retryAfterMs: 1 },
  ];
  const platform = {
    ...manualPlatform(),
    after: (_: number, task: () => void) => {
      setImmediate(task);
      return () => {};
    },
  };
  const real = manualPlatform();
  const edge = new RoomEdge({
    log: new MemoryLog(real),
    store: memoryStore(),
    platform: {
      now: () => real.now(),
      monotonic: () => real.monotonic(),
      soon: (task) => real.soon(task),
      random: () => 0.5,
      id: () => real.id(),
      after: platform.after,
    },
    rooms: { ask: async () => (answers.shift() ?? { failure: "unavailable" }) as never },
    budgetMs: 100,
  });
  const reply = await edge.send(
    { user: "ana", connection: null },
    { room: "r", draft: { do: "post", text: "x" }, cid: Bun.randomUUIDv7(), again: false, hash: "h" },
  );
  expect(reply).toMatchObject({ error: { code: "unknown" } });
});

test("P2: a retried room.create that landed as the last room allowed is answered with its room", async () => {
  const node = await given();
  const ana = await node.join("ana");
  const input = { cid: node.cid(), name: "the last" };
  const first = granted((await node.call(ana, "room.create", input)) as never);
  await node.history.caughtUp();
  // 999 more rooms, as documents.
  await node.store.projection.apply(
    Array.from({ length: limits.roomsPerUserMax - 1 }, (_, i) => ({
      t: "membership" as const,
      room: String(i).padStart(22, "z"),
      user: ana.user,
      seq: 1,
      role: "member" as const,
      banned: false,
      interval: "open" as const,
    })),
  );
  const again = await node.call(ana, "room.create", { ...input, again: true });
  expect(again as unknown).toEqual({ ok: first as unknown });
});

test("P6: a member who knows of more than this log does is sent on, not shown an old page", async () => {
  const node = await given();
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const input = { cid: node.cid(), name: "x", members: [eve.user] };
  const made = await node.call<{ room: string }>(ana, "room.create", input);
  const { room } = granted(made as never) as { room: string };
  const pageFor = (who: typeof ana, known: number) => node.call(who, "room.history", { room, known });
  expect(await pageFor(ana, 1)).toMatchObject({ ok: { head: 1 } });
  expect(await pageFor(ana, 2)).toMatchObject({ error: { code: "unavailable", retryAfterMs: 500 } });
  // What a former member may see is over: nothing later could come.
  await node.call(ana, "room.remove", { room, cid: node.cid(), user: eve.user });
  expect(await pageFor(eve, 3)).toMatchObject({ ok: { head: 2 } });
});

test("P2: what a newer version wrote is never taken for a no", async () => {
  const written = await groupOfTwo();
  const [head] = await written.log.heads([room]);
  const server = serverOf({ parts: [] }).replace(/"format":\d+/, '"format":99');
  await written.log.append(room, head?.position ?? 0, {
    ...{ epoch: "E", from: 2, count: 0, at: written.platform.now() },
    ...{ frame: "", server },
  });
  const asked: RoomCommand[] = [];
  const edge = new RoomEdge({
    ...written,
    rooms: {
      async ask(_, command) {
        asked.push(command);
        return command.looked === undefined ? { look: true } : { error: refuse("closed") };
      },
    },
  });
  const sending = { room, draft: { do: "landed" } as const, cid: Bun.randomUUIDv7(), again: true, hash: "" };
  expect(await edge.send({ user: "ana", connection: null }, sending)).toMatchObject({
    error: { code: "unknown" },
  });
  expect(asked).toHaveLength(1);
});
