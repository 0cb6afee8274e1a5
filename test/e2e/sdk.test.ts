/** The SDK as npm packs it, where it says that it runs. Browsers have test/e2e/web/, Bun every other test with clients. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { part } from "../../load/kit/parts.ts";
import { RealServer } from "./server.ts";

const root = resolve(import.meta.dir, "../..");
const atHand = spawnSync("node", ["--version"], { encoding: "utf8" }).stdout ?? "";
const node = Number(/^v(\d+)/.exec(atHand)?.[1]) >= 22 ? "node" : await part("node");

/** Talks, is killed off with a message unsent, comes back from its file and sends that. */
const conversation = `
  import { createClient } from "@starling/sdk";
  import { fileStorage } from "@starling/sdk/file-storage";
  const url = process.argv[2];
  const ana = createClient({ url, storage: fileStorage("./ana.journal") });
  await ana.register({ name: "ana-of-node", password: "correct horse battery" });
  await ana.connect();
  const room = await ana.createGroup({ name: "Birds" });
  await room.send({ text: "hello" });
  const offline = room.send({ text: "on my way out" }).catch((error) => error.code);
  await ana.close();
  console.log(await offline);

  const again = createClient({ url, storage: fileStorage("./ana.journal") });
  await again.connect();
  const sent = new Promise((resolve) => again.on("message", ({ text }) => text === "on my way out" && resolve()));
  await again.ready();
  await sent;
  const there = again.room(room.id);
  console.log((await there.verify()).ok, there.timeline.snapshot().map((row) => row.message?.text).filter(Boolean).join(", "));
  await again.close();
`;

/**
 * A context of Node's has the language alone. What is put in here is what React Native has of the web, and what newer engines than
 * Hermes brought to the language is taken out.
 */
const phone = `
  import { readFileSync } from "node:fs";
  import { createContext, runInContext } from "node:vm";
  const navigator = { product: "ReactNative" };
  const world = createContext({ fetch, WebSocket, AbortController, AbortSignal, setTimeout, clearTimeout, console, navigator });
  runInContext(\`
    globalThis.window = globalThis;
    for (const name of ["toSorted", "toReversed", "toSpliced", "with"]) delete Array.prototype[name];
    for (const [owner, name] of [[Promise, "withResolvers"], [Map, "groupBy"], [Object, "groupBy"], [Array, "fromAsync"]]) delete owner[name];
  \`, world);
  runInContext(readFileSync("./sdk.js", "utf8"), world);
  world.url = process.argv[2];
  await runInContext(\`(async () => {
    const { createClient, realPlatform } = starling;
    const bytes = (count) => Uint8Array.from({ length: count }, () => Math.random() * 256);
    const bob = createClient({ url, platform: { ...realPlatform, bytes } });
    await bob.register({ name: "bob-of-a-phone", password: "correct horse battery" });
    await bob.connect();
    const room = await bob.createGroup({ name: "Birds" });
    const { seq } = await room.send({ text: "hello" });
    await room.react(seq, "👍", true);
    console.log((await room.verify()).ok, room.timeline.snapshot().map((row) => row.message?.text).filter(Boolean).join());
    await bob.close();
  })()\`, world);
`;

test.each(["README.md", "sdk/README.md"])("the hello of %s says hello, as printed", async (page) => {
  await using server = await RealServer.start();
  const text = await Bun.file(join(root, page)).text();
  const hello = /```ts\n(.*?)```/s.exec(text)?.[1] ?? "";
  const file = join(tmpdir(), `starling-hello-${server.pid}.ts`);
  const here = hello
    .replace(/"(\.\/sdk\/index\.ts|@starling\/sdk)"/, JSON.stringify(join(root, "sdk/index.ts")))
    .replace("http://127.0.0.1:8080", server.url);
  await writeFile(
    file,
    `${here}\nconst [row] = chat.rooms.snapshot();\nconsole.log(row?.last?.text);\nawait chat.close();`,
  );
  try {
    expect(said([process.execPath, file], root)).toMatch(/^hello/i);
  } finally {
    await rm(file);
  }
});

describe.skipIf(node === null)("the SDK's package", () => {
  let server: RealServer;
  let folder: string;

  beforeAll(async () => {
    server = await RealServer.start();
    folder = await mkdtemp(join(tmpdir(), "starling-node-"));
    await mkdir(join(folder, "node_modules/@starling/sdk"), { recursive: true });
    said(["npm", "pack", "--silent", "--pack-destination", folder], join(root, "sdk"));
    const into = ["-C", join(folder, "node_modules/@starling/sdk"), "--strip-components=1"];
    said(["tar", "-xzf", join(folder, "starling-sdk-0.1.0.tgz"), ...into], folder);
  }, 60_000);

  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  async function run(program: string): Promise<string> {
    await writeFile(join(folder, "program.mjs"), program);
    return said([node ?? "", "program.mjs", server.url], folder);
  }

  test("talks under Node 22, and what was unsent outlives the process", async () => {
    expect(await run(conversation)).toBe("unknown\ntrue hello, on my way out\n");
  });

  test("talks with no more than React Native has, and `platform.bytes`", async () => {
    const entry = join(folder, "entry.ts");
    const [sdk, platform] = ["index", "platform"].map((file) => JSON.stringify(join(root, `sdk/${file}.ts`)));
    await writeFile(
      entry,
      `import { createClient } from ${sdk};
       import { realPlatform } from ${platform};
       Object.assign(globalThis, { starling: { createClient, realPlatform } });`,
    );
    const { outputs } = await Bun.build({ entrypoints: [entry], target: "browser", format: "iife" });
    await writeFile(join(folder, "sdk.js"), (await outputs[0]?.text()) ?? "");
    expect(await run(phone)).toBe("true hello\n");
  });
});

function said([command = "", ...args]: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", timeout: 60_000 });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stdout}${stderr}`);
  return stdout;
}
