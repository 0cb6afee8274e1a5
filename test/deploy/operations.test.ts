/** What docs/operations.md names must exist. */
import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createMetrics } from "../../src/http/metrics.ts";

const root = resolve(import.meta.dir, "../..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const operations = text("docs/operations.md");

test("each metric that it tells to watch is one that a node writes", async () => {
  const { registry } = createMetrics("1.0.0");
  const known = registry.getMetricsAsArray().map(({ name }) => name);
  const sources = ["src/measure.ts", "src/main.ts", "src/http/http.ts"].map(text).join();
  const properties = new Map(
    [...text("src/http/metrics.ts").matchAll(/^ {4}(\w+): \w+\(\s*"(\w+)"/gm)].map(
      ([, property = "", name = ""]) => [`starling_${name}`, property],
    ),
  );
  const named = [...new Set([...operations.matchAll(/\b(?:starling|process)_\w+/g)].map(([name]) => name))];
  expect(named.length).toBeGreaterThan(12);
  for (const name of named) {
    expect(known).toContain(name);
    const property = properties.get(name);
    if (property !== undefined) expect(sources).toContain(`metrics.${property}.`);
  }
});

test("each series that an alert names is there before it counts: a rate doesn't see its first count", async () => {
  const fresh = await createMetrics("1.0.0").registry.metrics();
  const series = [...operations.matchAll(/`?\b(starling_\w+\{\w+="\w+"\})/g)].map(([, name = ""]) => name);
  expect(series.length).toBeGreaterThan(5);
  for (const name of series) expect(fresh).toContain(`${name} 0`);
});

test("each command and variable that it names is the program's", () => {
  const usage = text("src/cli/cli.ts");
  for (const [, command = ""] of operations.matchAll(
    /`?starling (backup|check|doctor|export|import|\w+)(?: [A-Z]+)?`/g,
  )) {
    expect(usage).toContain(`case "${command}"`);
  }
  const config = `${text("src/config.ts")} LimitNOFILE`;
  for (const [, name = ""] of operations.matchAll(/`((?:STARLING|NATS|MONGODB)_[A-Z]+)`/g))
    expect(config).toContain(name);
});

test("its links lead somewhere", async () => {
  for (const [, path = ""] of operations.matchAll(/\]\(([^)#]+)/g)) {
    expect(await Bun.file(join(root, "docs", path)).exists()).toBe(true);
  }
});
