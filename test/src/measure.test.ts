import { expect, test } from "bun:test";
import { limits } from "../../actors/limits.ts";
import { type Log, type RecordDraft, Unavailable, UnknownOutcome } from "../../actors/ports.ts";
import { createSystem } from "../../actors/runtime/system.ts";
import { createMetrics } from "../../src/http/metrics.ts";
import { MemoryLog } from "../../src/log/memory.ts";
import { actorProbe, gatewayProbe, measuredBus, measuredLog, nodeGauges } from "../../src/measure.ts";
import { settle, startLive, until } from "../support/live.ts";
import { manualPlatform } from "../support/node.ts";

test("what goes out is measured: how late, how many bytes, how long receipts take to write", async () => {
  const metrics = createMetrics("0.0.0-test");
  const node = await startLive(
    {},
    {
      gatewayProbe: gatewayProbe(metrics),
      flushed: (seconds) => metrics.receiptsFlush.observe(seconds),
    },
  );
  const ana = await node.join("ana");
  const room = await node.room(ana);
  const { connection, socket } = await node.connect(ana);
  await node.resume(connection, socket, { [room]: null });
  await node.call(ana, "room.post", { room, cid: node.cid(), text: "one" });
  await until(() => socket.of("events").length > 1);
  void node.call(ana, "room.delivered", { room, seq: 2 });
  await settle();
  node.platform.advance(limits.receiptsFlushMs);
  await settle();
  nodeGauges(metrics, node)();
  const text = await metrics.registry.metrics();
  const value = (series: string) =>
    Number(
      text
        .split("\n")
        .find((line) => line.startsWith(`starling_${series} `))
        ?.split(" ")
        .at(-1),
    );
  const sent = socket.frames.reduce((sum, frame) => sum + JSON.stringify(frame).length, 0);
  expect(value("delivery_seconds_count")).toBe(1);
  expect(value("receipts_flush_seconds_count")).toBe(1);
  expect(value("history_parked_rooms")).toBe(0);
  // Line breaks between events apart.
  expect(value('ws_bytes_total{direction="out"}')).toBeWithin(sent, sent + 20);
});

test("what is held is counted, and no longer once it is given back", async () => {
  const metrics = createMetrics("0.0.0-test");
  const node = await startLive();
  const gauges = nodeGauges(metrics, node);
  const value = async (series: string) => {
    gauges();
    return (await metrics.registry.metrics())
      .split("\n")
      .find((line) => line.startsWith(`starling_${series} `));
  };
  const log = measuredLog(node.log, metrics, node.platform);
  const stops = [
    await measuredBus(node.bus, metrics).subscribe("s", () => {}),
    await log.subscribe("r", () => {}),
    await log.subscribe("r", () => {}),
  ];
  expect(await value('subscriptions{to="bus"}')).toEndWith(" 1");
  expect(await value('subscriptions{to="log"}')).toEndWith(" 2");
  for (const stop of [...stops, ...stops]) stop();
  for (const to of ["bus", "log"]) expect(await value(`subscriptions{to="${to}"}`)).toEndWith(" 0");

  const ana = await node.join("ana");
  const room = await node.room(ana);
  const { connection, socket } = await node.connect(ana);
  await node.resume(connection, socket, { [room]: null });
  expect(await value("feeds")).toEndWith(" 1");
});

test("an actor is counted while it has an incarnation, and a failed one once", async () => {
  const metrics = createMetrics("0.0.0-test");
  const platform = manualPlatform();
  const system = createSystem({ platform, probe: { ...actorProbe(metrics), failed() {} } });
  const kind = system.define<string, string>({
    ...{ kind: "k", capacity: 9, batchMax: 1, residentMax: 9 },
    create: () => ({
      turn([envelope]) {
        if (envelope?.message === "crash") throw new Error("a bug");
        envelope?.reply("ok");
      },
    }),
  });
  const ask = async (id: string, message: string) => {
    const answer = system.ref(kind, id).ask(message);
    await settle();
    platform.advance(10 * limits.restartDelayMs);
    await settle();
    return answer;
  };
  const counts = async () => {
    const text = await metrics.registry.metrics();
    const found = [...text.matchAll(/^starling_actor(s|_restarts_total)\{kind="k"\} (\d+)$/gm)];
    return found.map(([, , count]) => Number(count));
  };
  for (const id of ["a", "b"]) await ask(id, "hello");
  expect(await counts()).toEqual([2]);
  for (const crashes of [1, 2]) {
    expect(await ask("a", "crash")).toEqual({ failure: "crashed" });
    expect(await counts()).toEqual([1, crashes]);
    await ask("a", "hello");
    expect(await counts()).toEqual([2, crashes]);
  }
  await system.stop();
  expect(await counts()).toEqual([0, 2]);
});

test("appends are counted by how they end", async () => {
  const metrics = createMetrics("0.0.0-test");
  const { platform } = await startLive();
  const memory = new MemoryLog(platform);
  const draft: RecordDraft = { epoch: "E", from: 1, count: 0, at: 0, frame: "", server: "{}" };
  const appendTo = (log: Log) => measuredLog(log, metrics, platform).append("R", 0, draft);
  const failing = (error: Error): Log =>
    Object.assign(Object.create(memory), { append: () => Promise.reject(error) });
  await appendTo(memory);
  const fails = [
    memory,
    failing(new Unavailable("")),
    failing(new UnknownOutcome("")),
    failing(new UnknownOutcome("")),
  ];
  for (const log of fails) expect(await appendTo(log).catch((error: Error) => error)).toBeInstanceOf(Error);
  const text = await metrics.registry.metrics();
  const counts = [...text.matchAll(/^starling_log_appends_total\{result="(\w+)"\} (\d+)$/gm)];
  expect(Object.fromEntries(counts.map(([, result, count]) => [result, Number(count)]))).toEqual({
    ok: 1,
    fenced: 1,
    unavailable: 1,
    unknown: 2,
  });
});
