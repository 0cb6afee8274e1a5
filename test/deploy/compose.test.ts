import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { part } from "../../load/kit/parts.ts";
import { readConfig } from "../../src/config.ts";

const root = resolve(import.meta.dir, "../..");
const natsServer = await part("nats-server");

interface Service {
  image?: string;
  build?: string;
  environment?: Record<string, string>;
  volumes?: string[];
  depends_on?: string[] | Record<string, unknown>;
  deploy?: { replicas: number };
  ports?: string[];
}

const compose = Bun.YAML.parse(readFileSync(join(root, "deploy/compose.yaml"), "utf8")) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const services = Object.entries(compose.services);

describe("nats.conf", () => {
  const check = async (env: Record<string, string>) => {
    const child = Bun.spawn([natsServer ?? "", "-t", "-c", join(root, "nats.conf")], { env, stderr: "pipe" });
    return { code: await child.exited, says: await new Response(child.stderr).text() };
  };

  test.skipIf(natsServer === null)("is accepted by the real server", async () => {
    const checked = await check({ NATS_NAME: "nats-1", NATS_PASSWORD: "nothing" });
    expect(checked.says).toContain("is valid");
    expect(checked.code).toBe(0);
  });

  test.skipIf(natsServer === null)("is refused without a password", async () => {
    expect(await check({ NATS_NAME: "nats-1" })).toMatchObject({ code: 1 });
  });

  test("names the servers of compose.yaml, and every setting has its line of explanation", () => {
    const text = readFileSync(join(root, "nats.conf"), "utf8");
    for (const name of ["nats-1", "nats-2", "nats-3"]) {
      expect(text).toContain(`"nats://${name}:6222"`);
      expect(compose.services[name]?.environment?.NATS_NAME).toBe(name);
    }
    expect(text).toContain("sync_interval: always");
    for (const paragraph of text.trim().split(/\n\s*\n/)) expect(paragraph).toContain("# ");
  });
});

describe("deploy/compose.yaml", () => {
  test("has three of each kind that a cluster is made of, and one way in", () => {
    const named = (prefix: string) =>
      services.filter(([name]) => new RegExp(`^${prefix}-\\d$`).test(name)).length;
    expect([named("nats"), named("mongo"), compose.services.starling?.deploy?.replicas]).toEqual([3, 3, 3]);
    const open = services.filter(([, { ports }]) => ports !== undefined).map(([name]) => name);
    expect(open).toEqual(["balancer"]);
  });

  test("mounts files that exist and volumes that it declares", () => {
    for (const [, { volumes = [] }] of services) {
      for (const volume of volumes) {
        const [source = ""] = volume.split(":");
        if (source.startsWith(".")) expect(existsSync(join(root, "deploy", source))).toBe(true);
        else expect(Object.keys(compose.volumes)).toContain(source);
      }
    }
  });

  test("pins every image, and waits only for what is there", () => {
    for (const [, { image, build, depends_on = [] }] of services) {
      if (build === undefined) expect(image).toMatch(/:\d+\.\d+\.\d+/);
      const others = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on);
      for (const other of others) expect(Object.keys(compose.services)).toContain(other);
    }
  });

  test("configures nodes in the program's own words", () => {
    const env = compose.services.starling?.environment ?? {};
    const set = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        String(value).replaceAll(/\$\{NATS_PASSWORD[^}]*\}/g, "secret"),
      ]),
    );
    expect(readConfig(set)).toMatchObject({ proxies: 1 });
  });
});
