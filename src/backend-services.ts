/** What a node of a cluster stands on: NATS and MongoDB. */
import type { Checkpoint, Log, Store } from "../actors/ports.ts";
import type { Platform } from "../actors/runtime/platform.ts";
import type { Backend } from "./backend.ts";
import { openJetStream } from "./log/jetstream/open.ts";
import { logFault } from "./operations/fault.ts";
import { deadLetters } from "./readers/dead-letters.ts";
import { LagGate } from "./readers/lag-gate.ts";
import { openMongo } from "./store/mongo/open.ts";

export async function openServices(
  { nats, mongo }: { nats: string; mongo: string },
  platform: Platform,
  ignored: (from: "live" | "bus") => void,
  lag: (seconds: number) => void,
): Promise<Backend> {
  await using stack = new AsyncDisposableStack();
  const { store, checkpoints } = stack.use(await openMongo({ url: mongo, platform }));
  const known = await checkpoints();
  const failed = (error: unknown) => logFault("bus", error);
  const options = { url: nats, platform, failed, ignored, checkpoints: known };
  const jetstream = stack.use(await openJetStream(options));
  const { log, bus, live } = jetstream;
  await anchorAll(log, store, known);
  const gate = new LagGate({
    ...{ checkpoints, platform, measured: lag },
    letters: () => deadLetters(store.secrets),
    oldestAfter: (stream, position) => jetstream.oldestAfter(stream, position),
    onFailure: (error) => logFault("lag", error),
  });
  gate.start();
  stack.defer(() => gate.stop());
  const owned = stack.move();
  return {
    ...{ log: gate.guard(log), bus, store },
    onReconnect(back: () => void) {
      live.watch((up) => up && back());
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** From the first start on streams are known: one that is missing later was lost. */
async function anchorAll(log: Log, { projection }: Store, known: readonly Checkpoint[]): Promise<void> {
  const streams = Array.from({ length: log.streams }, (_, stream) => stream);
  const fresh = streams.filter((stream) => !known.some((checkpoint) => checkpoint.stream === stream));
  const anchored = async (stream: number) => {
    const anchor = await log.anchorAt?.(stream, 0);
    await projection.apply([], { stream, position: 0, ...(anchor && { anchor }) });
  };
  await Promise.all(fresh.map(anchored));
}
