import { describe, expect, test } from "bun:test";
import { base58, platform, timersArmed } from "../../src/platform.ts";

describe("an id", () => {
  test("is 128 bit in 22 digits, whatever the bits", () => {
    expect(base58(new Uint8Array(16))).toBe("1".repeat(22));
    expect(base58(new Uint8Array(16).fill(0xff))).toBe("YcVfxkQb6JRzqk5kF2tNLv");
    const one = new Uint8Array(16);
    one[15] = 58;
    expect(base58(one)).toBe(`${"1".repeat(20)}21`);
  });

  test("of the platform has its shape and is new each time", () => {
    const ids = Array.from({ length: 1_000 }, () => platform.id());
    for (const id of ids) expect(id).toMatch(/^[1-9A-HJ-NP-Za-km-z]{22}$/);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe("the platform", () => {
  test("runs what comes soon after all microtasks", async () => {
    const order: string[] = [];
    const ran = new Promise<void>((resolve) => {
      platform.soon(() => {
        order.push("soon");
        resolve();
      });
    });
    void Promise.resolve().then(() => order.push("microtask"));
    await ran;
    expect(order).toEqual(["microtask", "soon"]);
  });

  test("doesn't fire a delay of more than 24 days at once, and can cancel it", async () => {
    let fired = false;
    const cancel = platform.after(30 * 24 * 3_600_000, () => {
      fired = true;
    });
    await new Promise<void>((resolve) => void platform.after(20, resolve));
    expect(fired).toBe(false);
    cancel();
  });

  test("fires once, and not when cancelled", async () => {
    const fired: string[] = [];
    platform.after(1, () => fired.push("one"));
    platform.after(1, () => fired.push("another"))();
    await new Promise<void>((resolve) => void platform.after(5, resolve));
    expect(fired).toEqual(["one"]);
  });

  test("knows how many timers wait: not those that fired or were cancelled, be it twice", async () => {
    const before = timersArmed();
    const cancels = [platform.after(60_000, () => {}), platform.after(2 ** 32, () => {})];
    const fired = Promise.withResolvers<void>();
    const late = platform.after(0, fired.resolve);
    expect(timersArmed()).toBe(before + 3);
    await fired.promise;
    late();
    expect(timersArmed()).toBe(before + 2);
    for (const cancel of [...cancels, ...cancels]) cancel();
    expect(timersArmed()).toBe(before);
  });
});
