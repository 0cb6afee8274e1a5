/** NATS whose streams may not be the ones that documents were made from: for the doctor, who makes them anew. */
import { jetstreamManager } from "@nats-io/jetstream";
import { limits } from "../../../actors/limits.ts";
import type { Anchor, Bus, Checkpoint, Log } from "../../../actors/ports.ts";
import { NatsBus } from "../../bus/nats.ts";
import { Connection } from "../../nats/connection.ts";
import { Gatherer } from "../../nats/gather.ts";
import { type AnchorState, checkAnchors } from "./anchor.ts";
import { JetStreamLog } from "./log.ts";
import { type JetStreamOptions, openJetStream } from "./open.ts";
import { Reads } from "./reads.ts";
import { streamName } from "./subjects.ts";

export interface LostJetStream extends AsyncDisposable {
  bus: Bus;
  log: Log;
  /** @throws Unavailable */
  states(checkpoints: readonly Checkpoint[]): Promise<Map<number, AnchorState>>;
  /** These streams are empty then; those that are missing are made. */
  remake(streams: readonly number[]): Promise<Anchor[]>;
}

export async function openLost(options: Pick<JetStreamOptions, "url" | "platform">): Promise<LostJetStream> {
  const { platform } = options;
  await using stack = new AsyncDisposableStack();
  const connection = stack.use(await Connection.open(options));
  const gatherer = stack.adopt(new Gatherer(connection, platform), (open) => open.stop());
  const reads = new Reads(connection, gatherer);
  const unheard = () => {};
  const bus = stack.adopt(new NatsBus({ connection, platform, ignored: unheard, failed: unheard }), (open) =>
    open.stop(),
  );
  const opened = stack.move();
  return {
    bus,
    log: new JetStreamLog({ connection, live: connection, reads, platform, ignored: unheard }),
    states: (checkpoints) =>
      checkAnchors(
        { state: (stream) => reads.find(stream), at: (stream, position) => reads.at(stream, position) },
        checkpoints,
      ),
    async remake(streams) {
      const jsm = await jetstreamManager(connection.nats, { timeout: limits.logReadMs, checkAPI: false });
      for (const stream of streams) {
        if ((await reads.find(stream)) !== null) await jsm.streams.delete(streamName(stream));
      }
      await using made = await openJetStream({ ...options, create: true });
      return await Promise.all(streams.map((stream) => made.anchorAt(stream, 0)));
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}
