import { afterAll, expect, test } from "bun:test";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dir, "../..");
const folder = await mkdtemp(join(tmpdir(), "starling-readme-"));
afterAll(() => rm(folder, { recursive: true }));

/** What a snippet may take as given, unless it makes it itself. */
const given = `import type { Client, Room } from "@starling/sdk";
declare const chat: Client;
declare const room: Room;
export { chat, room };
`;

test("every snippet of the README type-checks, and the first one has five lines", async () => {
  const readme = await Bun.file(join(root, "sdk/README.md")).text();
  const snippets = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code = ""]) => code);
  expect(snippets[0]?.trim().split("\n").length).toBe(5);
  expect(snippets.length).toBeGreaterThan(8);
  for (const [i, code] of snippets.entries()) {
    const ownChat = code.includes("const chat =");
    const names = ["chat", "room"].filter((name) => new RegExp(`\\b${name}\\.`).test(code) && !ownChat);
    const ownRoom = code.includes("room: Room") ? names.filter((name) => name !== "room") : names;
    const head = ownRoom.length > 0 ? `import { ${ownRoom.join(", ")} } from "./given.ts";\n` : "";
    await writeFile(join(folder, `snippet-${i}.ts`), `${head}${code}\nexport {};\n`);
  }
  await writeFile(join(folder, "given.ts"), given);
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const tsconfig = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: {
      paths: {
        "@starling/sdk": [join(root, "sdk/index.ts")],
        "@starling/sdk/*": [join(root, "sdk/*.ts")],
      },
      noUnusedLocals: false,
    },
    include: [`${folder}/*.ts`],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  const tsc = Bun.spawn([join(root, "node_modules/.bin/tsc"), "--noEmit", "-p", folder], { stdout: "pipe" });
  expect(await new Response(tsc.stdout).text()).toBe("");
  expect(await tsc.exited).toBe(0);
}, 60_000);
