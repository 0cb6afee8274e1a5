/** Real NATS servers for contract suites: started once for a group of tests, emptied after each. */
import { afterAll, beforeAll } from "bun:test";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { NatsServers } from "../../load/kit/nats.ts";
import { type JetStream, type JetStreamOptions, openJetStream } from "../../src/log/jetstream/open.ts";
import { platform } from "../../src/platform.ts";

export interface NatsWorld {
  readonly servers: NatsServers;
  /** The log and the bus, on all servers. */
  open(options?: Partial<JetStreamOptions>): Promise<JetStream>;
  /** Removes every stream. */
  empty(): Promise<void>;
}

/**
 * @param program null: every test of the group is skipped
 * @param config more lines for the servers' configuration
 */
export function natsWorld(program: string | null, count: 1 | 3, config = ""): NatsWorld {
  let servers: NatsServers | undefined;
  beforeAll(async () => {
    if (program !== null) servers = await NatsServers.start({ program, servers: count, config });
  });
  afterAll(() => servers?.[Symbol.asyncDispose]());
  const world = {
    get servers(): NatsServers {
      if (servers === undefined) throw new Error("the servers have not been started");
      return servers;
    },
    open: (options: Partial<JetStreamOptions> = {}) =>
      openJetStream({ url: world.servers.url, platform, ...options }),
    async empty() {
      // A connection of our own: what a test did to the streams may keep the log from being opened.
      await using nats = await connect({ servers: world.servers.url });
      const jsm = await jetstreamManager(nats);
      const names = await jsm.streams.names().next();
      await Promise.all(names.map((name) => jsm.streams.delete(name)));
    },
  };
  return world;
}
