/** Style as a test: what the house rules say and a linter doesn't. Each exception stands here with its reason. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

const root = resolve(import.meta.dir, "..");
const folders = ["actors", "src", "sdk", "web", "load", "test"];

interface Source {
  path: string;
  text: string;
  imports: string[];
}

function sourcesIn(folder: string): Source[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((path) => !path.includes("dist/") && !path.includes("node_modules/"))
    .map((path) => {
      const text = readFileSync(join(root, path), "utf8");
      return { path, text, imports: importsOf(path, text) };
    });
}

/** Modules that a file imports; relative ones as paths from the root. Type-only imports are marked. */
function importsOf(path: string, text: string): string[] {
  const found: string[] = [];
  for (const [, type, specifier = ""] of text.matchAll(
    /^(?:import|export)\s+(type\s+)?[^;]*?from\s+"([^"]+)"/gm,
  )) {
    const name = specifier.startsWith(".")
      ? relative(root, resolve(root, dirname(path), specifier))
      : specifier;
    found.push(type ? `type ${name}` : name);
  }
  return found;
}

const all = folders.flatMap(sourcesIn);
const within = (folder: string) => all.filter(({ path }) => path.startsWith(`${folder}/`));
const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");

/** Lines like `path: what it did`, for a readable failure. */
function offences(sources: readonly Source[], find: (source: Source) => string[]): string[] {
  return sources.flatMap((source) => find(source).map((what) => `${source.path}: ${what}`));
}

describe("imports", () => {
  test("actors/ imports nothing outside itself", () => {
    expect(
      offences(within("actors"), ({ imports }) => imports.filter((name) => !/^(type )?actors\//.test(name))),
    ).toEqual([]);
  });

  test("the room and the user know nothing of each other; the runtime knows neither", () => {
    const rules: [string, RegExp][] = [
      ["actors/room", /actors\/user\//],
      ["actors/user", /actors\/room\//],
      ["actors/runtime", /actors\/(room|user)\//],
    ];
    for (const [folder, forbidden] of rules) {
      expect(
        offences(within(folder), ({ imports }) => imports.filter((name) => forbidden.test(name))),
      ).toEqual([]);
    }
  });

  test("the SDK needs no package, and of the server only types and close codes", () => {
    const allowed = /^(type |sdk\/|src\/protocol\/(close|frames)\.ts$|actors\/room\/errors\.ts$|node:)/;
    expect(offences(within("sdk"), ({ imports }) => imports.filter((name) => !allowed.test(name)))).toEqual(
      [],
    );
  });

  test("only the file storage of the SDK touches Node", () => {
    const others = within("sdk").filter(({ path }) => path !== "sdk/file-storage.ts");
    expect(offences(others, ({ imports }) => imports.filter((name) => name.startsWith("node:")))).toEqual([]);
  });

  test("the web page speaks to the server through the SDK alone, and shares its tables", () => {
    const tables = /^actors\/(limits|room\/(permissions|errors|model))\.ts$/;
    expect(
      offences(within("web"), ({ imports }) =>
        imports.filter((name) => /^(src|actors)\//.test(name) && !tables.test(name)),
      ),
    ).toEqual([]);
    const page = within("web").filter(({ path }) => path !== "web/build.ts");
    expect(offences(page, ({ text }) => code(text).match(/new WebSocket|fetch\(/g) ?? [])).toEqual([]);
  });

  test("nothing of the product imports tests or load programs", () => {
    const product = ["actors", "src", "sdk", "web"].flatMap(within);
    expect(
      offences(product, ({ imports }) => imports.filter((name) => /^(type )?(test|load)\//.test(name))),
    ).toEqual([]);
  });
});

describe("no ambient time, chance or scheduling", () => {
  const ambient =
    /\b(Date\.now|new Date\(\)|Math\.random|performance\.now|setTimeout|setInterval|setImmediate|queueMicrotask|crypto\.(randomUUID|getRandomValues))\b/g;

  test("in actors/ at all", () => {
    // The simulator's clock is its own; it needs the host's loop only to let promises settle.
    const others = within("actors").filter(({ path }) => path !== "actors/runtime/sim.ts");
    expect(offences(others, ({ text }) => code(text).match(ambient) ?? [])).toEqual([]);
  });

  test("in src/ only where the world is met", () => {
    const edges = new Map([
      ["src/platform.ts", "it is the door"],
      ["src/auth/installation.ts", "makes the installation's secret"],
      ["src/auth/signing-keys.ts", "makes signing keys"],
      ["src/log/sqlite.ts", "gathers the appends of one turn of the loop into one message to the writer"],
      ["src/auth/passwords.ts", "makes the dummy password"],
    ]);
    const inner = within("src").filter(
      ({ path }) => !edges.has(path) && !path.startsWith("src/store/sqlite/"),
    );
    expect(offences(inner, ({ text }) => code(text).match(ambient) ?? [])).toEqual([]);
  });

  test("in sdk/ only in its platform", () => {
    const inner = within("sdk").filter(({ path }) => path !== "sdk/platform.ts");
    expect(offences(inner, ({ text }) => code(text).match(ambient) ?? [])).toEqual([]);
  });
});

describe("exports of actors/ and src/", () => {
  /** Values that only tests take from their file, and why they are exported all the same. */
  const forTests = new Map([
    ["createSim", "the simulator's world: it exists for tests"],
    ["MemoryLog", "the log's twin, for tests and the simulator"],
    ["memoryStore", "the store's twin, for tests and the simulator"],
    ["openMongo", "what a node of a cluster is wired with"],
    ["delayAfter", "a table that is claimed number by number"],
    ["nestsDeeper", "claimed for depths that parseJson never reaches"],
    ["openJetStream", "a node of a cluster is wired from it"],
    ["entriesOf", "the matrix asks which operations are about a room"],
  ]);
  const exported = /^export (?:async )?(const|function\*?|class|interface|type) (\w+)/gm;
  const words = new Map<string, readonly string[]>(
    all.map(({ path, text }) => [path, code(text).match(/\w+/g) ?? []]),
  );
  const usedOutside = (own: string, name: string, may: (path: string) => boolean) =>
    all.some(({ path }) => path !== own && may(path) && words.get(path)?.includes(name));
  const sources = [...within("actors"), ...within("src")];

  test("that are values are used in another file that is no test, or have a reason", () => {
    const product = (path: string) => !path.startsWith("test/");
    const found = offences(sources, ({ path, text }) =>
      [...code(text).matchAll(exported)]
        .filter(([, what = ""]) => what !== "type" && what !== "interface")
        .map(([, , name = ""]) => name)
        .filter((name) => !forTests.has(name) && !usedOutside(path, name, product)),
    );
    expect(found).toEqual([]);
  });

  test("that are types are used in another file, or are a part of something that is", () => {
    const found = offences(sources, ({ path, text }) =>
      [...code(text).matchAll(exported)]
        .filter(([, what = ""]) => what === "type" || what === "interface")
        .map(([, , name = ""]) => name)
        .filter((name) => (words.get(path)?.filter((word) => word === name).length ?? 0) < 2)
        .filter((name) => !usedOutside(path, name, () => true)),
    );
    expect(found).toEqual([]);
  });

  test("that are for tests are still there", () => {
    const names = sources.flatMap(({ text }) => [...code(text).matchAll(exported)].map(([, , name]) => name));
    expect([...forTests.keys()].filter((name) => !names.includes(name))).toEqual([]);
  });
});

describe("files", () => {
  /** Longer than 300 lines, and why. */
  const long = new Map([
    [
      "src/gateway/feed.ts",
      "one room's fan-out: what is live, held, remembered and repaired refers to each other",
    ],
    ["actors/ports.ts", "the whole contract between actors and world, read in one piece"],
    ["actors/runtime/cell.ts", "the life of one incarnation: its phases refer to each other"],
    ["test/contract/store.contract.ts", "one suite per port, for every store that there is"],
    [
      "test/contract/store-projection.contract.ts",
      "one suite: what a record does to the documents, field by field",
    ],
    ["test/sim/device.ts", "one simulated device: what it sends and what it then holds the server to"],
    ["test/sim/check/check.test.ts", "each rule of the checker beside a history that breaks it"],
    ["test/sdk/connection.test.ts", "the states of one connection and the ways between them"],
    ["test/sdk/outbox.test.ts", "one message's way through the outbox, in the order of its life"],
    ["test/sdk/gaps.test.ts", "the ways in which a copy can have a hole, and how each closes"],
  ]);

  test("have at most 300 lines, or a reason", () => {
    const found = offences(
      all.filter(({ path }) => !long.has(path)),
      ({ text }) => {
        const lines = text.split("\n").length - 1;
        return lines > 300 ? [`${lines} lines`] : [];
      },
    );
    expect(found).toEqual([]);
    const short = all.filter(({ path, text }) => long.has(path) && text.split("\n").length <= 300);
    expect(short.map(({ path }) => path)).toEqual([]);
  });

  test("have kebab-case names", () => {
    const bad = all.filter(({ path }) => !/^[a-z0-9./-]+$/.test(path)).map(({ path }) => path);
    expect(bad).toEqual([]);
  });

  test("say any, and silence the compiler, nowhere", () => {
    const forbidden = new RegExp(
      ["(as|:) an", "y\\b|@ts-(ign", "ore|noch", "eck|exp", "ect-error)"].join(""),
      "g",
    );
    expect(offences(all, ({ text }) => text.match(forbidden) ?? [])).toEqual([]);
  });

  test("leave nothing for later", () => {
    const later = new RegExp(["TO", "DO|FIX", "ME|X", "XX"].join(""), "g");
    expect(offences(all, ({ text }) => text.match(later) ?? [])).toEqual([]);
  });

  test("of tests don't sleep", () => {
    const others = within("test").filter(({ path }) => path !== "test/tidy.test.ts");
    expect(offences(others, ({ text }) => code(text).match(/Bun\.sleep|waitForTimeout/g) ?? [])).toEqual([]);
  });
});

test("every limit has a unit in its name, or counts things that its name says", () => {
  const text = readFileSync(join(root, "actors/limits.ts"), "utf8");
  const names = [...text.matchAll(/^ {2}(\w+):/gm)].map(([, name = ""]) => name);
  const shape = /(Max|Min|Ms|S|Every|AtOnce|Failures|Page)$/;
  expect(names.length).toBeGreaterThan(50);
  expect(names.filter((name) => !shape.test(name))).toEqual([]);
});
