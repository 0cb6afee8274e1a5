/** Dead letters, as an operator of a folder and of a real cluster sees them. */

import { describe, expect, test } from "bun:test";
import { connect } from "@nats-io/transport-node";
import type { Log } from "../../../actors/ports.ts";
import { serverOf } from "../../../actors/room/frame.ts";
import { type Backend, openBackend } from "../../../src/backend.ts";
import { deadCommand } from "../../../src/cli/dead.ts";
import { doctorCommand } from "../../../src/cli/doctor.ts";
import { type Config, readConfig } from "../../../src/config.ts";
import { logSubject } from "../../../src/log/jetstream/subjects.ts";
import { platform } from "../../../src/platform.ts";
import { startHistory } from "../../../src/readers/history.ts";
import { temporaryFolder } from "../../contract/embedded.ts";
import { draft } from "../../contract/log.contract.ts";
import { setBrokers, withoutBrokers } from "../../support/brokers.ts";
import { eventually } from "../../support/eventually.ts";

const secret = "a secret of two lovers";

/** A record that only a newer version understands, and one behind it. */
async function poison(log: Log, room: string): Promise<void> {
  const good = draft(room, 1);
  const server = serverOf({ parts: [{ by: "ana" }] }).replace('"format":1', '"format":2');
  const at = await log.append(room, 0, { ...good, server, frame: good.frame.replace("ü", secret) });
  await log.append(room, at, draft(room, 2));
}

/** History reads until it has put that many rooms aside. */
async function read({ log, store, bus }: Backend, parked: number): Promise<string[]> {
  const refused: string[] = [];
  await using history = startHistory({
    ...{ log, store, bus, platform, onFailure: () => {} },
    refused: (why) => refused.push(why),
  });
  await eventually("it is parked", async () => history.parked() === parked);
  return refused;
}

const open = (config: Config) => openBackend(config, platform);
const run = (config: Config, ...args: string[]) => deadCommand(args, config, platform);

/** What both must do. */
async function tellsOf(config: Config): Promise<void> {
  expect(await run(config, "list")).toEqual({ exitCode: 0, says: "there are no dead letters" });
  {
    await using backend = await open(config);
    await poison(backend.log, "lovers");
    expect(await read(backend, 1)).toEqual(["newer"]);
    expect(await run(config, "list")).toEqual({
      exitCode: 0,
      says: expect.stringMatching(
        /^history: room lovers, seq 1, position 1 of stream \d: a newer version wrote it; since \d{4}-/,
      ),
    });
  }
  const { says } = await run(config, "show", "lovers");
  expect(says).toContain("thrown: NewerFormat");
  expect(says).not.toContain(secret);
  expect((await run(config, "show", "lovers", "--text")).says).toContain(secret);
  expect(await run(config, "show", "others")).toEqual({
    exitCode: 1,
    says: "there is no dead letter of room others",
  });
  expect(await run(config, "redrive")).toEqual({
    exitCode: 1,
    says: expect.stringContaining("newer version"),
  });
  const doctor = await doctorCommand([], config, platform);
  expect(doctor.exitCode).toBe(1);
  expect(doctor.says).toContain(
    "1 record of the log can't be applied to history: its room's later messages ",
  );
}

/** As after an upgrade: what was put aside can be read by now. */
async function lands(config: Config): Promise<void> {
  {
    await using backend = await open(config);
    const { log, store } = backend;
    const at = await log.append("mended", 0, draft("mended", 1));
    await log.append("mended", at, draft("mended", 2));
    const letter = { reader: "history", stream: log.streamOf("mended"), room: "mended", position: at };
    const rest = { seq: 1, why: "newer", error: "NewerFormat", at: 1, bytes: "" };
    await store.secrets.putIfAbsent(
      `dead.history.${letter.stream}.mended.${at}`,
      JSON.stringify({ ...letter, ...rest }),
    );
  }
  expect(await run(config, "redrive", "mended")).toEqual({ exitCode: 0, says: "room mended: landed" });
  expect((await run(config, "list")).says).not.toContain("mended");
  await using backend = await open(config);
  expect((await backend.store.messages.range("mended", 1, 9, 9)).map(({ seq }) => seq)).toEqual([1, 2]);
}

describe("dead letters of a folder", () => {
  test("are listed, shown without what people wrote, and stay until they land", async () => {
    using folder = temporaryFolder();
    const config = readConfig({ STARLING_DATA: folder.dir });
    await (await open(config))[Symbol.asyncDispose]();
    await tellsOf(config);
    await lands(config);
  });

  test("aren't driven again while the server runs", async () => {
    using folder = temporaryFolder();
    const config = readConfig({ STARLING_DATA: folder.dir });
    await using _ = await open(config);
    expect(await run(config, "redrive")).toEqual({
      exitCode: 1,
      says: expect.stringContaining("stop the server first"),
    });
  });

  test("are asked for in one of three ways, of a folder that is there", async () => {
    using folder = temporaryFolder();
    const config = readConfig({ STARLING_DATA: `${folder.dir}/absent` });
    for (const args of [[], ["list", "x"], ["show"], ["show", "a", "b"], ["list", "--text"], ["bury"]]) {
      expect(await run(config, ...args)).toMatchObject({ exitCode: 2 });
    }
    expect(await run(config, "list")).toMatchObject({
      exitCode: 1,
      says: expect.stringContaining("holds no"),
    });
  });
});

describe.skipIf(withoutBrokers)("dead letters of a cluster", () => {
  const brokers = setBrokers();

  test("are those of any node, a stranger's message among them, and holds up no other room", async () => {
    const { nats, mongo } = brokers;
    const config = readConfig({ NATS_URL: nats.url, MONGODB_URL: mongo.url() });
    await tellsOf(config);
    await lands(config);

    await using stranger = await connect({ servers: nats.url });
    stranger.publish(logSubject("foreign"), "hello");
    await stranger.flush();
    await using backend = await open(config);
    const { log, store } = backend;
    await log.append("well", 0, draft("well", 1));
    expect((await read(backend, 2)).sort()).toEqual(["foreign", "newer"]);
    expect(await store.messages.range("well", 1, 9, 9)).toHaveLength(1);
    expect((await run(config, "list")).says).toContain("foreign, seq unknown, ");
    expect((await run(config, "show", "foreign", "--text")).says).toEndWith("\nhello");
  }, 60_000);
});
