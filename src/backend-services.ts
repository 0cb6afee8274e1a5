/** What a node of a cluster stands on: NATS and MongoDB. */
import type { Checkpoint, Log, Store } from "../actors/ports.ts";
import type { Platform } from "../actors/runtime/platform.ts";
import type { Backend, BackendProbe } from "./backend.ts";
import { AnchoredLog } from "./log/jetstream/anchored.ts";
import { openJetStream } from "./log/jetstream/open.ts";
import { logFault } from "./operations/fault.ts";
import { deadLetters } from "./readers/dead-letters.ts";
import { LagGate } from "./readers/lag-gate.ts";
import { openMongo } from "./store/mongo/open.ts";

export async function openServices(
  { nats, mongo }: { nats: string; mongo: string },
  platform: Platform,
  told: BackendProbe,
): Promise<Backend> {
  await using stack = new AsyncDisposableStack();
  const { store, checkpoints } = stack.use(await openMongo({ url: mongo, platform }));
  const known = await checkpoints();
  const failed = (error: unknown) => logFault("bus", error);
  const { ignored, lag: measured, lost } = told;
  const options = { url: nats, platform, failed, checkpoints: known, ...(ignored && { ignored }) };
  const jetstream = stack.use(await openJetStream(options));
  const { log, bus, connection, live } = jetstream;
  await anchorAll(log, store, known);
  const anchored = stack.use(
    new AnchoredLog({
      ...{ connection, platform, checkpoints: await checkpoints(), ...(lost && { lost }) },
      state: (checkpoint) => jetstream.checkAnchor(checkpoint),
    }),
  );
  const gate = new LagGate({
    ...{ platform, ...(measured && { measured }) },
    async checkpoints() {
      const found = await checkpoints();
      anchored.know(found);
      return found;
    },
    letters: () => deadLetters(store.secrets),
    oldestAfter: (stream, position) => jetstream.oldestAfter(stream, position),
    onFailure: (error) => logFault("lag", error),
  });
  await gate.start();
  stack.defer(() => gate.stop());
  const owned = stack.move();
  return {
    ...{ log: gate.guard(anchored.guard(log)), bus, store },
    lost: () => anchored.lost,
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
