import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { defaultRates } from "../../../src/operations/rate.ts";
import { startLive } from "../../support/live.ts";
import { granted, join, password, startNode } from "../../support/node.ts";

async function world() {
  const node = await startNode({ rates: defaultRates });
  const { user, session } = await join(node, "ana");
  const call = { caller: { user, session, expiresAt: 0 }, connection: null, address: "192.0.2.1" };
  const cid = () => Bun.randomUUIDv7("hex", node.platform.now());
  const { room } = granted(await node.dispatch("room.create", { cid: cid(), name: "Birds" }, call)) as {
    room: string;
  };
  /** Codes of answers that came without anybody's waiting. */
  const refused = async (count: number, op: string, input: object) => {
    const asked = Array.from({ length: count }, () => node.dispatch(op, input, call));
    await new Promise((resolve) => setImmediate(resolve));
    node.platform.advance(1_000);
    const results = await Promise.all(asked);
    return results.filter((result) => "error" in result && result.error.code === "rate-limited").length;
  };
  return { room, refused };
}

test("marking as read is a read: counting what is left costs as much", async () => {
  const { room, refused } = await world();
  const { burst } = defaultRates.read ?? { burst: 0 };
  expect(await refused(burst + 5, "room.read", { room, seq: 1 })).toBe(5);
});

test("a list costs by its length: a thousand summaries are a hundred reads, and still pass twice at once", async () => {
  const { refused } = await world();
  const { burst } = defaultRates.read ?? { burst: 0 };
  const rooms = Array.from({ length: limits.pageMax }, (_, i) =>
    String(i + 1)
      .padStart(22, "z")
      .replaceAll("0", "z"),
  );
  const costing = limits.pageMax / limits.summariesAtOnce;
  expect(burst).toBeGreaterThanOrEqual((2 * limits.roomsPerUserMax) / limits.summariesAtOnce);
  expect(await refused(burst / costing + 3, "room.summaries", { rooms })).toBe(3);
});

test("looking at many people costs by their number too", async () => {
  const { refused } = await world();
  const { burst } = defaultRates.read ?? { burst: 0 };
  const users = Array.from({ length: limits.watchMax }, () => "z".repeat(22));
  const costing = limits.watchMax / limits.usersAtOnce;
  expect(await refused(burst / costing + 3, "presence.watch", { users })).toBe(3);
});

test("a resume's notes about every room pass at once, twice, and an endless stream of them doesn't", async () => {
  const { room, refused } = await world();
  const { burst } = defaultRates.cheap ?? { burst: 0 };
  expect(await refused(burst + 5, "room.delivered", { room, seq: 1 })).toBe(5);
});

test("one address makes so many accounts at once and one in two seconds, and may still sign in", async () => {
  const node = await startNode({ rates: defaultRates });
  const call = { caller: null, connection: null, address: "192.0.2.1" };
  const who = (i: number) => ({ name: `ana${i}`, password, device: "d" });
  const { burst } = defaultRates.register ?? { burst: 0 };
  for (let i = 0; i < burst; i++) granted(await node.dispatch("account.register", who(i), call));
  expect(await node.dispatch("account.register", who(burst), call)).toMatchObject({
    error: { code: "rate-limited", retryAfterMs: 2_000 },
  });
  granted(await node.dispatch("session.login", who(0), call));
});

test("one user's writes are one budget, over all rooms and devices; a flood of them doesn't touch another's", async () => {
  const node = await startLive({ rates: { write: defaultRates.write } });
  const [ana, eve] = [await node.join("ana"), await node.join("eve")];
  const rooms = [await node.room(eve, [ana]), await node.room(eve, [ana])];
  const post = (who: typeof ana, room = "", connection: string | null = null) =>
    node.dispatch(
      "room.post",
      { room, cid: node.cid(), text: "x" },
      { caller: { ...who, expiresAt: Number.MAX_SAFE_INTEGER }, connection, address: "" },
    );
  const { burst = 0 } = defaultRates.write ?? {};
  const answers = await Promise.all(
    Array.from({ length: 2 * burst }, (_, i) =>
      post(i % 4 < 2 ? ana : { ...ana, session: "other" }, rooms[i % 2]),
    ),
  );
  expect(answers.filter((answer) => "ok" in answer)).toHaveLength(burst);
  expect(answers.at(-1)).toMatchObject({ error: { code: "rate-limited", retryAfterMs: expect.any(Number) } });
  expect(await post(eve, rooms[0])).toMatchObject({ ok: {} });
});
