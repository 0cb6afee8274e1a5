import { expect, test } from "bun:test";
import { Histogram, Registry } from "prom-client";
import { Distribution } from "../../../src/http/distribution.ts";

const bounds = [1, 2, 4];
const observed = [0, 1, 1.5, 4, 4.5, 100];

test("a registry prints the same as for prom-client's histogram", async () => {
  const registers = [new Registry(), new Registry()] as const;
  const theirs = new Histogram({ name: "x", help: "h", buckets: bounds, registers: [registers[0]] });
  const ours = new Distribution({ name: "x", help: "h", bounds }, registers[1]);
  expect(await registers[1].metrics()).toBe(await registers[0].metrics());
  for (const value of observed) {
    theirs.observe(value);
    ours.observe(value);
  }
  expect(await registers[1].metrics()).toBe(await registers[0].metrics());
});

test("with a label too, series by series", async () => {
  const registers = [new Registry(), new Registry()] as const;
  const theirs = new Histogram({
    name: "x",
    help: "h",
    buckets: bounds,
    labelNames: ["kind"],
    registers: [registers[0]],
  });
  const ours = new Distribution({ name: "x", help: "h", bounds, label: "kind" }, registers[1]);
  for (const [i, value] of observed.entries()) {
    const kind = i % 2 === 0 ? "room" : "user";
    theirs.observe({ kind }, value);
    ours.observe(value, kind);
  }
  expect(await registers[1].metrics()).toBe(await registers[0].metrics());
});
