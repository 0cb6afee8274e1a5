import { expect, test } from "bun:test";
import path from "node:path";
import { Glob } from "bun";
import { watchLoop } from "../../../src/http/loop-lag.ts";
import { ask, join, manualPlatform, startNode } from "../../support/node.ts";

interface Family {
  name: string;
  type: string;
  help: string;
}

function familiesOf(text: string): Family[] {
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)$/gm)].map(
    ([, name = "", help = "", type = ""]) => ({
      name,
      type,
      help,
    }),
  );
}

const node = await startNode();
const text = async () => String((await ask(node, "GET", "/metrics")).body);

test("names follow the conventions: prefix, base units, _total on counters and only there, a help text", async () => {
  const families = familiesOf(await text());
  expect(families.length).toBeGreaterThan(25);
  for (const { name, type, help } of families) {
    expect(name).toMatch(/^(starling|process)_[a-z_]+$/);
    expect(name.endsWith("_total")).toBe(type === "counter");
    expect(name).not.toMatch(/_(ms|millis|milliseconds|kb|count|sum|bucket)$/);
    if (type === "histogram") expect(name).toMatch(/_(seconds|bytes|messages|records)$/);
    expect(help).not.toBe("");
  }
});

test("each of them is written by something", async () => {
  const src = path.join(import.meta.dir, "../../../src");
  const files = await Array.fromAsync(new Glob("**/*.ts").scan(src));
  const code = (await Promise.all(files.map((file) => Bun.file(path.join(src, file)).text()))).join("\n");
  const written = new Set(
    [...code.matchAll(/\bmetrics\??\.(\w+)\.(?:inc|dec|set|observe)\(/g)].map(([, key]) => key),
  );
  const { registry: _, ...families } = node.metrics;
  expect(Object.keys(families).filter((key) => !written.has(key))).toEqual([]);
});

test("what process metrics say is plausible", async () => {
  const body = await text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(body)?.[1]);
  expect(value("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(value("process_cpu_seconds_total")).toBeGreaterThan(0);
  expect(value("process_start_time_seconds")).toBeCloseTo(performance.timeOrigin / 1000, 3);
  if (process.platform === "linux") expect(value("process_open_fds")).toBeGreaterThan(2);
});

test("requests are counted by route and status; made-up paths make no series", async () => {
  const { access: token, user } = await join(node, "ana");
  await ask(node, "GET", "/v1/me", { token });
  await ask(node, "GET", "/v1/sessions/made-up-by-a-stranger", { token });
  await ask(node, "GET", "/made-up-by-a-stranger");
  await ask(node, "PURGE", "/made-up-by-a-stranger");
  const body = await text();
  expect(body).toContain('starling_http_request_seconds_count{route="account.me",code="200"} 1');
  expect(body).not.toContain("made-up");
  expect(body).not.toContain(user);
  expect(body).not.toContain(token);
});

test("the event loop's lag is how late a timer fires", () => {
  const platform = manualPlatform();
  const seen: number[] = [];
  const stop = watchLoop(platform, (seconds) => seen.push(seconds));
  platform.advance(500);
  platform.advance(750);
  stop();
  platform.advance(5_000);
  expect(seen).toEqual([0, 0.25]);
});
