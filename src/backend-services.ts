/** What a node of a cluster stands on: NATS and MongoDB. */
import type { Platform } from "../actors/runtime/platform.ts";
import type { Backend } from "./backend.ts";
import { openJetStream } from "./log/jetstream/open.ts";
import { logFault } from "./operations/fault.ts";
import { openMongo } from "./store/mongo/open.ts";

export async function openServices(
  { nats, mongo }: { nats: string; mongo: string },
  platform: Platform,
  ignored: (from: "live" | "bus") => void,
): Promise<Backend> {
  await using stack = new AsyncDisposableStack();
  const { store } = stack.use(await openMongo({ url: mongo, platform }));
  const failed = (error: unknown) => logFault("bus", error);
  const { log, bus, live } = stack.use(await openJetStream({ url: nats, platform, failed, ignored }));
  const owned = stack.move();
  return {
    ...{ log, bus, store },
    onReconnect(back: () => void) {
      live.watch((up) => up && back());
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
