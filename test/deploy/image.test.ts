/** No builder runs here: the image's last stage is laid out as the Dockerfile says, and the server is started from that alone. */
import { expect, test } from "bun:test";
import { cpSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import lock from "../../package-lock.json";
import { temporaryFolder } from "../contract/embedded.ts";

const root = resolve(import.meta.dir, "../..");
const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8").replaceAll("\\\n", " ");
const instructions = dockerfile.split("\n").flatMap((line) => {
  const [, name = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
  return name === "" ? [] : [{ name, rest }];
});
const finalStage = instructions.slice(instructions.findLastIndex(({ name }) => name === "FROM"));
const of = (name: string) => finalStage.filter((one) => one.name === name).map(({ rest }) => rest);

/** Of what the build stage installs, and doesn't remove again. */
function runtimePackages(): string[] {
  const removed = [...dockerfile.matchAll(/ (node_modules\/\S+)/g)].map(([, path = ""]) => path);
  return Object.entries(lock.packages)
    .filter(
      ([path, entry]) =>
        path.startsWith("node_modules/") && !("dev" in entry) && existsSync(join(root, path)),
    )
    .map(([path]) => path)
    .filter((path) => !removed.some((gone) => path === gone || path.startsWith(`${gone}/`)));
}

function layOut(dir: string): void {
  for (const copy of of("COPY")) {
    const [from, ...paths] = copy.startsWith("--from=") ? copy.split(" ") : ["", ...copy.split(" ")];
    const to = paths.pop() ?? "";
    for (const path of paths) {
      const inTree = path.replace(/^\/app\//, "");
      if (inTree === "node_modules") {
        for (const name of runtimePackages()) cpSync(join(root, name), join(dir, name), { recursive: true });
      } else if (from === "" || inTree === "web/dist") {
        cpSync(join(root, inTree), to === "./" ? join(dir, inTree) : join(dir, to), { recursive: true });
      }
    }
  }
}

/** The first stretch of what it prints that matches. */
async function said(output: ReadableStream<Uint8Array>, what: RegExp): Promise<RegExpExecArray> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of output) {
    text += decoder.decode(chunk, { stream: true });
    const found = what.exec(text);
    if (found !== null) return found;
  }
  throw new Error(`it ended before it said ${what}: ${text}`);
}

test("the server starts from what the image copies, is healthy, and drains on SIGTERM", async () => {
  using folder = temporaryFolder();
  layOut(folder.dir);
  const [entry = ""] = of("ENTRYPOINT");
  const [program, ...args] = JSON.parse(entry) as string[];
  expect(program).toBe("bun");
  const env = { HOST: "127.0.0.1", PORT: "0", STARLING_DATA: `${folder.dir}/data`, PATH: process.env.PATH };
  const at = { cwd: folder.dir, stdin: "ignore", stderr: "inherit" } as const;
  const server = Bun.spawn([process.execPath, ...args, ...(JSON.parse(of("CMD")[0] ?? "[]") as string[])], {
    ...at,
    env,
    stdout: "pipe",
  });
  try {
    const [, port = ""] = await said(server.stdout, /listening on http:\/\/127\.0\.0\.1:(\d+)/);
    const health = of("HEALTHCHECK")[0] ?? "";
    const check = (JSON.parse(health.slice(health.indexOf("["))) as string[]).slice(1);
    const healthy = (port: string) =>
      Bun.spawn([process.execPath, ...check], { ...at, env: { ...env, PORT: port } }).exited;
    expect(await healthy(port)).toBe(0);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    server.kill("SIGTERM");
    expect(await server.exited).toBe(0);
    expect(await healthy(port)).toBe(1);
  } finally {
    server.kill("SIGKILL");
    await server.exited;
  }
}, 60_000);

test("the image pins what it begins with, and its processes aren't root's", () => {
  const bases = instructions.filter(({ name }) => name === "FROM").map(({ rest }) => rest);
  for (const base of bases) expect(base).toMatch(/:\d+\.\d+(\.\d+)?-/);
  expect(of("USER")).toEqual(["10001"]);
  expect(dockerfile).toContain("--uid 10001");
  expect(dockerfile).not.toMatch(/npm install|curl|wget/);
});
