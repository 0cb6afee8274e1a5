import { expect, test } from "bun:test";
import { join } from "node:path";
import { createAuth } from "../../../src/auth/auth.ts";
import { MemoryBus } from "../../../src/bus/memory.ts";
import { userCommand } from "../../../src/cli/user.ts";
import { platform } from "../../../src/platform.ts";
import { openEmbedded } from "../../../src/store/sqlite/open.ts";
import { temporaryFolder, unexpected } from "../../contract/embedded.ts";

const old = "correct horse battery";

async function open(dir: string) {
  const embedded = await openEmbedded({ dir, fatal: unexpected });
  const auth = await createAuth({ store: embedded.store, bus: new MemoryBus(platform), platform });
  return { auth, [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose]() };
}

test("an operator gives a new password: the old one and all sessions end with it", async () => {
  using folder = temporaryFolder();
  let access = "";
  {
    await using before = await open(folder.dir);
    const tokens = await before.auth.register({ name: "ana", password: old, device: "d", label: "" });
    if (!("ok" in tokens)) throw new Error("not registered");
    access = tokens.ok.access;
    // The server runs: nothing is changed behind its back.
    const { exitCode, says } = await userCommand(
      ["password", "ana"],
      { cluster: null, data: folder.dir },
      platform,
    );
    expect([exitCode, says]).toEqual([1, expect.stringContaining("stop the server first")]);
  }
  const { exitCode, says } = await userCommand(
    ["password", "Ana"],
    { cluster: null, data: folder.dir },
    platform,
  );
  expect(exitCode).toBe(0);
  const password = /password is (\w+)/.exec(says)?.[1] ?? "";
  await using after = await open(folder.dir);
  const device = { device: "d", label: "" };
  expect(await after.auth.authenticate(access)).toBeNull();
  expect(await after.auth.login({ name: "ana", password: old, ...device }, "a")).toHaveProperty("error");
  expect(await after.auth.login({ name: "ana", password, ...device }, "a")).toHaveProperty("ok");
});

test("it says what it can't do, and makes no folder", async () => {
  using folder = temporaryFolder();
  const dir = join(folder.dir, "absent");
  for (const args of [[], ["password"], ["password", "--help"], ["password", "a", "b"], ["rename", "a"]]) {
    expect((await userCommand(args, { cluster: null, data: dir }, platform)).exitCode).toBe(2);
  }
  expect((await userCommand(["password", "ana"], { cluster: null, data: dir }, platform)).says).toContain(
    "holds no starling.db",
  );
});
