import { describe, expect, test } from "bun:test";
import { UnknownOutcome } from "../../../actors/ports.ts";
import { NatsServers } from "../../../load/kit/nats.ts";
import { part } from "../../../load/kit/parts.ts";
import { openJetStream } from "../../../src/log/jetstream/open.ts";
import { platform } from "../../../src/platform.ts";

const program = await part("nats-server");

describe.skipIf(program === null)("the bus on a server that dies", () => {
  test("what was asked is unknown, and not answered by nobody", async () => {
    await using servers = await NatsServers.start({ program: program ?? "" });
    await using nats = await openJetStream({ url: servers.url, platform });
    const heard = Promise.withResolvers<void>();
    await nats.bus.subscribe("s", () => heard.resolve());
    const asked = nats.bus.request("s", null, 20_000, 1);
    const outcome = asked.then(
      () => "answered",
      (error) => error,
    );
    await heard.promise;
    await servers.servers[0]?.kill();
    expect(await outcome).toBeInstanceOf(UnknownOutcome);
    await expect(nats.bus.request("s", null, 20_000, 1)).rejects.toBeInstanceOf(UnknownOutcome);
  });
});
