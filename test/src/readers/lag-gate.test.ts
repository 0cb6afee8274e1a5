/** Appends while history lags, on a real log whose records age and a real store. */
import { expect, test } from "bun:test";
import { limits } from "../../../actors/limits.ts";
import { Unavailable } from "../../../actors/ports.ts";
import { NatsServers } from "../../../load/kit/nats.ts";
import { openJetStream } from "../../../src/log/jetstream/open.ts";
import { platform } from "../../../src/platform.ts";
import { deadLetters } from "../../../src/readers/dead-letters.ts";
import { startHistory } from "../../../src/readers/history.ts";
import { LagGate } from "../../../src/readers/lag-gate.ts";
import { openMongo } from "../../../src/store/mongo/open.ts";
import { errorOf } from "../../contract/error-of.ts";
import { draft } from "../../contract/log.contract.ts";
import { mongoForFile } from "../../contract/mongo.ts";
import { blankable } from "../../support/blank.ts";
import { natsServer, withoutBrokers } from "../../support/brokers.ts";
import { eventually } from "../../support/eventually.ts";

const mongo = mongoForFile();

/** A gate whose clock may run ahead. */
async function given(name: string, keptMs?: number) {
  await using stack = new AsyncDisposableStack();
  const nats = stack.use(await NatsServers.start({ program: natsServer ?? "" }));
  const { store, checkpoints } = stack.use(await openMongo({ url: (await mongo()).url(name), platform }));
  const options = { url: nats.url, platform, ...(keptMs === undefined ? {} : { keptMs }) };
  const jetstream = stack.use(await openJetStream(options));
  const clock = { aheadMs: 0 };
  const lags: number[] = [];
  const gate = new LagGate({
    checkpoints,
    letters: () => deadLetters(store.secrets),
    oldestAfter: (stream, position) => jetstream.oldestAfter(stream, position),
    platform: { ...platform, now: () => platform.now() + clock.aheadMs },
    measured: (seconds) => lags.push(seconds),
    onFailure: () => {},
  });
  const { bus } = jetstream;
  const log = gate.guard(jetstream.log);
  for (let stream = 0; stream < log.streams; stream++) {
    await store.projection.apply([], { stream, position: 0, anchor: await jetstream.anchorAt(stream, 0) });
  }
  const history = () => startHistory({ log, store, bus, platform, onFailure: () => {} });
  const owned = stack.move();
  const dispose = () => owned.disposeAsync();
  return { ...{ gate, log, store, clock, lags, jetstream, history }, [Symbol.asyncDispose]: dispose };
}

test.skipIf(withoutBrokers)(
  "appends stop while history lags by days, of the streams that lag, and go on when it has read",
  async () => {
    await using world = await given("lag");
    const { gate, log, clock, lags } = world;
    const position = await log.append("slow", 0, draft("slow", 1));
    const others = ["a", "b", "c", "d", "e"].filter((room) => log.streamOf(room) !== log.streamOf("slow"));
    const other = others[0] ?? "";
    clock.aheadMs = limits.historyLagMaxMs - 60_000;
    await gate.look();
    const next = await log.append("slow", position, draft("slow", 2));
    clock.aheadMs += 120_000;
    await gate.look();
    expect(lags.at(-1)).toBeGreaterThan(limits.historyLagMaxMs / 1_000);
    const refused = await errorOf(log.append("slow", next, draft("slow", 3)));
    expect(refused).toBeInstanceOf(Unavailable);
    expect(await log.append(other, 0, draft(other, 1))).toBeGreaterThan(0);
    await using history = world.history();
    await history.caughtUp();
    await gate.look();
    expect(lags.at(-1)).toBe(0);
    expect(await log.append("slow", next, draft("slow", 3))).toBeGreaterThan(next);
  },
  60_000,
);

test.skipIf(withoutBrokers)(
  "a room that waits behind a refused record for days takes no more; its stream's others do",
  async () => {
    await using world = await given("parked");
    const { gate, log, clock, lags } = world;
    const server = JSON.stringify({ format: 99, parts: [{ by: "ana" }] });
    const stuck = await log.append("stuck", 0, { ...draft("stuck", 1), server });
    const names = Array.from({ length: 99 }, (_, i) => `n${i}`);
    const beside = names.find((room) => log.streamOf(room) === log.streamOf("stuck")) ?? "";
    await log.append(beside, 0, draft(beside, 1));
    await using history = world.history();
    await eventually("all but that are read", async () => {
      await gate.look();
      return history.parked() === 1 && lags.at(-1) === 0;
    });
    clock.aheadMs = limits.historyLagMaxMs + 60_000;
    await gate.look();
    expect(lags.at(-1)).toBe(0);
    expect(await errorOf(log.append("stuck", stuck, draft("stuck", 2)))).toBeInstanceOf(Unavailable);
    const [head] = await log.heads([beside]);
    expect(await log.append(beside, head?.position ?? 0, draft(beside, 2))).toBeGreaterThan(stuck);
  },
  60_000,
);

test.skipIf(withoutBrokers)(
  "records that left the log unread close its stream, from the gate's start on",
  async () => {
    await using world = await given("passed", 200);
    const { gate, log, jetstream } = world;
    const stream = log.streamOf("r");
    await log.append("r", 0, draft("r", 1));
    await eventually("it leaves", async () => (await jetstream.state(stream)).first > 1);
    await gate.start();
    using _ = { [Symbol.dispose]: () => gate.stop() };
    expect(await errorOf(log.append("r", 0, draft("r", 2)))).toBeInstanceOf(Unavailable);
  },
  60_000,
);

test.skipIf(withoutBrokers)(
  "a position that a failed write took with it, as on a full disk, closes no stream",
  async () => {
    await using world = await given("blank");
    const { gate, log, lags, jetstream } = world;
    const stream = log.streamOf("r");
    const { blank } = await blankable(jetstream, stream);
    await blank(await log.append("r", 0, draft("r", 1)));
    const state = await jetstream.state(stream);
    expect([state.first, state.last]).toEqual([2, 1]);
    await gate.look();
    expect(lags.at(-1)).toBe(0);
    const kept = await log.append("r", 0, draft("r", 1));
    await using history = world.history();
    await history.caughtUp();
    // Again, behind a record that is still there.
    await blank(await log.append("r", kept, draft("r", 2)));
    await gate.look();
    expect(lags.at(-1)).toBe(0);
    expect(await log.append("r", kept, draft("r", 2))).toBeGreaterThan(kept);
  },
  60_000,
);
