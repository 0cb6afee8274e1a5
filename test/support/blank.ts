/** What a write that failed on a full disk leaves in a stream: a position that was given away, with nothing there. */
import { jetstreamManager } from "@nats-io/jetstream";
import type { JetStream } from "../../src/log/jetstream/open.ts";
import { streamName } from "../../src/log/jetstream/subjects.ts";

/** The stream is made anew as one that lets things be taken out, which ours don't. */
export async function blankable({ connection }: JetStream, stream: number) {
  const jsm = await jetstreamManager(connection.nats, { checkAPI: false });
  const name = streamName(stream);
  const { config } = await jsm.streams.info(name);
  await jsm.streams.delete(name);
  await jsm.streams.add({ ...config, deny_delete: false, deny_purge: false });
  return {
    blank: (position: number) => jsm.streams.deleteMessage(name, position),
    purge: () => jsm.streams.purge(name),
  };
}
