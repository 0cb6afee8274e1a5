import { expect, test } from "bun:test";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

const sdk = join(import.meta.dir, "../../sdk");

test("the entry is at most 12 kB (of 1,000 bytes), minified and gzipped", async () => {
  const built = await Bun.build({ entrypoints: [join(sdk, "index.ts")], minify: true, target: "browser" });
  const [output] = built.outputs;
  // The program, since libraries differ by some bytes.
  const gzip = Bun.spawn(["gzip", "-9"], { stdin: output ?? null, stdout: "pipe" });
  const { byteLength } = await new Response(gzip.stdout).arrayBuffer();
  expect(byteLength).toBeGreaterThan(1_000);
  expect(byteLength).toBeLessThanOrEqual(12_000);
});

test("nothing but platform.ts touches clocks, chance and timers", async () => {
  const ambient =
    /Date\.now|new Date|Math\.random|setTimeout|setInterval|randomUUID|getRandomValues|performance\./;
  const guilty: string[] = [];
  for (const file of await readdir(sdk)) {
    if (!file.endsWith(".ts") || file === "platform.ts") continue;
    if (ambient.test(await Bun.file(join(sdk, file)).text())) guilty.push(file);
  }
  expect(guilty).toEqual([]);
});

test("the package needs no other, and imports only types and constants from the server", async () => {
  const manifest = await Bun.file(join(sdk, "package.json")).json();
  expect(manifest.dependencies).toBeUndefined();
  const imports: string[] = [];
  for (const file of await readdir(sdk)) {
    if (!file.endsWith(".ts")) continue;
    const text = await Bun.file(join(sdk, file)).text();
    for (const [, clause = "", from = ""] of text.matchAll(/^import ([^"]*)from "([^"]+)"/gm)) {
      if (!from.startsWith("./") && !clause.startsWith("type ")) imports.push(`${file} ${from}`);
    }
  }
  expect(imports.sort()).toEqual([
    "file-storage.ts node:fs/promises",
    "web-socket.ts ../src/protocol/frames.ts",
  ]);
});
