/** The real k6 plays every script against the real server, at a small size. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { part } from "../../load/kit/parts.ts";
import { Server } from "../../load/kit/server.ts";
import { temporaryFolder } from "../contract/embedded.ts";

const k6 = await part("k6");
const scripts = resolve(import.meta.dir, "../../load/k6");

interface Played {
  code: number;
  says: string;
  /** Metrics by name without their prefix, of a counter its count, of a latency its 95th percentile. */
  metrics: Record<string, number>;
}

describe.skipIf(k6 === null)("k6", () => {
  const folder = temporaryFolder();
  let server: Server;
  beforeAll(async () => {
    server = await Server.start({ data: `${folder.dir}/data` });
  });
  afterAll(async () => {
    await server.kill();
    folder[Symbol.dispose]();
  });

  async function play(script: string, sizes: Record<string, number>): Promise<Played> {
    const summary = `${folder.dir}/${script}.json`;
    const env = Object.entries({ URL: server.base, ...sizes }).flatMap(([name, value]) => [
      "-e",
      `${name}=${value}`,
    ]);
    const child = Bun.spawn(
      [
        k6 ?? "",
        "run",
        "--quiet",
        "--no-usage-report",
        "--address",
        "",
        "--summary-export",
        summary,
        ...env,
        `${scripts}/${script}.js`,
      ],
      { stdin: "ignore", stdout: "pipe", stderr: "pipe" },
    );
    const [out, err] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ]);
    const code = await child.exited;
    const { metrics } = (await Bun.file(summary).json()) as {
      metrics: Record<string, Record<string, number>>;
    };
    const own = Object.entries(metrics).filter(([name]) => name.startsWith("starling_"));
    return {
      code,
      says: out + err,
      metrics: Object.fromEntries(
        own.map(([name, values]) => [name.slice("starling_".length), values.count ?? values["p(95)"] ?? 0]),
      ),
    };
  }

  // Latency on a machine that tests share says nothing: what is claimed is that nothing is lost.
  const patient = {
    ACK_P95_MS: 5_000,
    DELIVERY_P95_MS: 5_000,
    CONNECT_P95_MS: 10_000,
    RESUME_P95_MS: 10_000,
  };

  test("connect-storm: all come in at once, and stay", async () => {
    const { code, says, metrics } = await play("connect-storm", {
      PEOPLE: 4,
      SOCKETS: 40,
      VUS: 4,
      STAY_S: 1,
      ...patient,
    });
    expect(says).not.toContain("level=error");
    expect(metrics).toMatchObject({ lives: 40 });
    expect(code).toBe(0);
  });

  test("chat: what each writes the others in the group get", async () => {
    const { code, says, metrics } = await play("chat", {
      PEOPLE: 6,
      GROUP: 3,
      THINK_S: 0.3,
      DURATION_S: 3,
      ...patient,
    });
    expect(says).not.toContain("level=error");
    expect(metrics.posts).toBeGreaterThan(10);
    // Whoever came a moment later has it from the page before.
    expect(metrics.deliveries).toBeGreaterThan(metrics.posts ?? 0);
    expect(code).toBe(0);
  });

  test("fan-out: every socket gets every post", async () => {
    const { code, says, metrics } = await play("fan-out", {
      PEOPLE: 4,
      SOCKETS: 30,
      VUS: 3,
      RATE: 10,
      DURATION_S: 2,
      WARM_UP_S: 5,
      ...patient,
    });
    expect(says).not.toContain("level=error");
    expect(metrics).toMatchObject({ posts: 21, deliveries: 21 * 30 });
    expect(metrics.delivery_ms).toBeGreaterThan(0);
    expect(code).toBe(0);
  });

  test("resume-storm: each gets exactly what it missed", async () => {
    const { code, says, metrics } = await play("resume-storm", {
      PEOPLE: 4,
      SOCKETS: 30,
      VUS: 3,
      MISSED: 15,
      ...patient,
    });
    expect(says).not.toContain("level=error");
    expect(metrics).toMatchObject({ lives: 61, posts: 15 });
    expect(code).toBe(0);
  });

  test("a threshold that is passed fails the run", async () => {
    const { code, says } = await play("connect-storm", {
      PEOPLE: 2,
      SOCKETS: 2,
      VUS: 1,
      STAY_S: 0,
      ...patient,
      CONNECT_P95_MS: 0,
    });
    expect(says).toContain("starling_connect_ms");
    expect(code).toBe(99);
  });
});
