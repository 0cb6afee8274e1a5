/** Real NATS servers for contract suites: started once for a group of tests, emptied after each. */
import { afterAll, beforeAll } from "bun:test";
import { jetstreamManager } from "@nats-io/jetstream";
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

/** @param program null: every test of the group is skipped */
export function natsWorld(program: string | null, count: 1 | 3): NatsWorld {
  let servers: NatsServers | undefined;
  beforeAll(async () => {
    if (program !== null) servers = await NatsServers.start({ program, servers: count });
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
      await using nats = await world.open();
      const jsm = await jetstreamManager(nats.connection.nats);
      const names = await jsm.streams.names().next();
      await Promise.all(names.map((name) => jsm.streams.delete(name)));
    },
  };
  return world;
}
