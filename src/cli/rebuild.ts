/** `starling doctor --rebuild`: the log is gone, the documents are there. All nodes must be stopped. */
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Config } from "../config.ts";
import { type AnchorState, isLoss } from "../log/jetstream/anchor.ts";
import { openLost } from "../log/jetstream/lost.ts";
import { streamName, streamOf } from "../log/jetstream/subjects.ts";
import { CannotMove } from "../move/format.ts";
import { assertNobodyServes } from "../move/place.ts";
import { type Rebuilt, rebuild } from "../move/rebuild.ts";
import { salvage } from "../move/salvage.ts";
import { openMongo } from "../store/mongo/open.ts";
import type { CommandResult } from "./backup.ts";

export async function rebuildCommand({ cluster }: Config, platform: Platform): Promise<CommandResult> {
  if (cluster === null) {
    return { exitCode: 2, says: "the log of a folder lies beside its documents: restore a backup instead" };
  }
  try {
    await using mongo = await openMongo({ url: cluster.mongo, platform });
    await using nats = await openLost({ url: cluster.nats, platform });
    await assertNobodyServes(nats.bus, platform);
    const { documents, store } = mongo;
    const rebuilt = await rebuild(
      {
        secrets: store.secrets,
        heads: (of) => documents.heads(of),
        isWhole: (room, head) => documents.isWhole(room, head),
        renew: (room, head, epoch) => documents.renew(room, head, epoch),
        begin: (checkpoint) => documents.begin(checkpoint),
        streamOf,
        async lost() {
          const states = await nats.states(await mongo.checkpoints());
          const those = (is: (state: AnchorState) => boolean) =>
            [...states].flatMap(([stream, state]) => (is(state) ? [stream] : []));
          return { gone: those(isLoss), passed: those((state) => state === "passed") };
        },
        salvage: (stream) => salvage({ log: nats.log, store }, stream),
        async remake(streams) {
          const anchors = await nats.remake(streams);
          return streams.flatMap((stream, i) => {
            const anchor = anchors[i];
            return anchor === undefined ? [] : [{ stream, position: 0, anchor }];
          });
        },
      },
      platform.id(),
    );
    return { exitCode: 0, says: tellOf(rebuilt) };
  } catch (error) {
    if (!(error instanceof CannotMove)) throw error;
    return { exitCode: 1, says: error.message };
  }
}

function tellOf({ streams, rooms, lost }: Rebuilt): string {
  if (streams.length === 0) return "the log is the one that documents were made from: nothing to rebuild";
  const names = streams.map(streamName).join(", ");
  return [
    `${names} made anew, ${rooms} rooms go on from their documents with new epochs; start the nodes`,
    ...lost.map(({ room, from, to }) => `room ${room} lost at least seqs ${from} to ${to}`),
  ].join("\n");
}
