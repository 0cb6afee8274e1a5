import { describe, expect, test } from "bun:test";
import { join } from "node:path";

const dist = join(import.meta.dir, "../../../web/dist");
const html = await Bun.file(join(dist, "index.html")).text();
const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");

describe("the built page", () => {
  test("is small: 120 kB of script, zipped, are enough", async () => {
    const main = addresses.find((address) => /main-.*\.js$/.test(address)) ?? "";
    expect(await size(`${main}.gz`)).toBeLessThanOrEqual(120_000);
  });

  test("names each file by its content, from the root, with a zipped twin and a source map", async () => {
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    for (const address of addresses) {
      expect(address).toMatch(/^\/assets\/.+-[a-z0-9]{8}\.\w+$/);
      expect(await size(`${address}.gz`)).toBeLessThanOrEqual(await size(address));
      if (address.endsWith(".js")) expect(await size(`${address}.map`)).toBeGreaterThan(0);
    }
  });

  test("has nothing inline that the content policy would refuse", () => {
    expect(html).not.toMatch(/<style|style="|\son\w+=|<script(?![^>]*\ssrc=)/);
  });
});

async function size(address: string): Promise<number> {
  const file = Bun.file(join(dist, address));
  expect(await file.exists()).toBe(true);
  return file.size;
}
