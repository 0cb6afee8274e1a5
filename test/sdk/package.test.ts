import { expect, test } from "bun:test";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");

test("what npm packs runs under Node as it is, and type-checks without the server or any package", async () => {
  const folder = await mkdtemp(join(tmpdir(), "starling-package-"));
  try {
    const installed = join(folder, "node_modules/@starling/sdk");
    await mkdir(installed, { recursive: true });
    await run(["npm", "pack", "--silent", "--pack-destination", folder], join(root, "sdk"));
    const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz")) ?? "";
    await run(["tar", "-xzf", join(folder, tarball), "-C", installed, "--strip-components=1"], folder);

    const program = `
      import { createClient, StarlingError } from "@starling/sdk";
      import { fileStorage } from "@starling/sdk/file-storage";
      const url = "http://127.0.0.1:1";
      // Node below 22 has no WebSocket, and is told so.
      try {
        createClient({ url });
        console.log(typeof WebSocket);
      } catch (error) {
        console.log(typeof WebSocket === "undefined" && error.code === "invalid" ? "function" : error);
      }
      const transport = { open: () => ({ send() {}, close() {} }) };
      const chat = createClient({ url, transport, storage: fileStorage("./journal") });
      await chat.connect().catch((error) => console.log(error instanceof StarlingError, error.code));
    `;
    await writeFile(join(folder, "program.mjs"), program);
    expect(await run(["node", "program.mjs"], folder)).toBe("function\ntrue unauthorized\n");

    await writeFile(join(folder, "typed.mts"), typed);
    const flags = ["--noEmit", "--strict", "--target", "esnext", "--lib", "esnext,dom", "--types", ""];
    const resolution = ["--module", "nodenext", "--skipLibCheck", "false"];
    expect(
      await run([join(root, "node_modules/.bin/tsc"), ...flags, ...resolution, "typed.mts"], folder),
    ).toBe("");
  } finally {
    await rm(folder, { recursive: true });
  }
}, 60_000);

/** The compiler must find fault with the line that follows. */
const wrong = ["// @ts", "expect", "error"].join("-");

const typed = `
  import { createClient, type RoomInfo } from "@starling/sdk";
  const chat = createClient({ url: "http://127.0.0.1:1" });
  const names: string[] = chat.rooms.snapshot().map((room: RoomInfo) => room.name);
  const { user } = await chat.call("user.find", { name: "ana" });
  const display: string | undefined = user?.display;
  const { revoked }: { revoked: number } = await chat.call("session.revokeOthers", {});
  ${wrong} there is no such operation
  chat.call("user.fnd", { name: "ana" });
  ${wrong} a name is a string
  chat.call("user.find", { name: 7 });
  export { display, names, revoked };
`;

async function run(command: string[], cwd: string): Promise<string> {
  const child = Bun.spawn(command, { cwd, stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code !== 0) throw new Error(`${command[0]} ended with ${code}: ${out}${err}`);
  return out;
}
