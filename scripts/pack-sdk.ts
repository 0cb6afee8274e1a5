/**
 * Builds the SDK as a package into sdk/dist: JavaScript, since Node strips no types below node_modules, and declarations that
 * need nothing of the server. `npm pack` in sdk/ runs it.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { toJsonSchema } from "@valibot/to-json-schema";
import { type AnyOperation, catalogue } from "../src/operations/catalogue.ts";
import { typeOf } from "./type-of.ts";

const root = join(import.meta.dir, "..");
const dist = join(root, "sdk/dist");
const entries = ["index", "indexed-db", "file-storage"];
const catalogueFile = "src/operations/catalogue.d.ts";

await rm(dist, { recursive: true, force: true });
await Bun.build({
  entrypoints: entries.map((entry) => join(root, `sdk/${entry}.ts`)),
  outdir: dist,
  target: "browser",
  splitting: true,
  external: ["node:*"],
});
await declare();

async function declare(): Promise<void> {
  const emitted = await mkdtemp(join(tmpdir(), "starling-types-"));
  try {
    const project = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        ...{ noEmit: false, declaration: true, emitDeclarationOnly: true, rootDir: root, outDir: emitted },
        typeRoots: [join(root, "node_modules/@types")],
      },
      include: [],
      files: entries.map((entry) => join(root, `sdk/${entry}.ts`)),
    };
    await Bun.write(join(emitted, "tsconfig.json"), JSON.stringify(project));
    const tsc = Bun.spawn([join(root, "node_modules/.bin/tsc"), "-p", emitted], { stdout: "inherit" });
    if ((await tsc.exited) !== 0) throw new Error("the declarations can't be made");
    await Bun.write(join(emitted, catalogueFile), operations());
    for (const file of await reachable(emitted)) {
      const text = await Bun.file(join(emitted, file)).text();
      await Bun.write(join(dist, "types", file), text.replaceAll(/(from "\.[^"]*)\.ts"/g, '$1.js"'));
    }
  } finally {
    await rm(emitted, { recursive: true });
  }
}

/** The catalogue as plain types: its own would bring the whole server along. */
function operations(): string {
  const all: readonly AnyOperation[] = catalogue;
  const lines = all.map(({ name, input, output }) => {
    const taken = toJsonSchema(input, { typeMode: "input", errorMode: "ignore" });
    const given = toJsonSchema(output, { typeMode: "output", errorMode: "ignore" });
    return `    "${name}": { in: ${typeOf(taken)}; out: ${typeOf(given)} };`;
  });
  return `export interface Operations {
${lines.join("\n")}
}
export type OperationName = keyof Operations;
export type InputOf<Name extends OperationName> = Operations[Name]["in"];
export type OutputOf<Name extends OperationName> = Operations[Name]["out"];
`;
}

/** Declarations that the entries lead to. */
async function reachable(folder: string): Promise<Set<string>> {
  const found = new Set(entries.map((entry) => `sdk/${entry}.d.ts`));
  for (const file of found) {
    const text = await Bun.file(join(folder, file)).text();
    for (const [, to = ""] of text.matchAll(/from "(\.[^"]+)\.ts"/g)) {
      found.add(relative(folder, join(folder, dirname(file), `${to}.d.ts`)));
    }
  }
  return found;
}
