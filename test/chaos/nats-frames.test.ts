import { describe, expect, test } from "bun:test";
import { NatsFrames } from "../../load/chaos/nats-frames.ts";
import { Tampering } from "../../load/chaos/tampering.ts";
import { Chance } from "../../load/kit/chance.ts";

const live = (text: string) => `HMSG live.3.room 7 12 ${12 + text.length}\r\nNATS/1.0\r\n\r\n${text}\r\n`;
const stream = `INFO {"a":1}\r\nPING\r\n${live("one\r\n2")}MSG _INBOX.x.1 1 3\r\nabc\r\nMSG nodes 2 answer.to 0\r\n\r\n`;

function cut(text: string, size: number): Buffer[] {
  const bytes = Buffer.from(text);
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(bytes.subarray(at, at + size));
  return parts;
}

describe("what a nats-server says", () => {
  test("is cut into its frames, however it comes in", () => {
    for (const size of [1, 2, 7, 1_000]) {
      const frames = new NatsFrames();
      const found = cut(stream, size).flatMap((part) => frames.push(part));
      expect(found.map(({ subject }) => subject)).toEqual([null, null, "live.3.room", "_INBOX.x.1", "nodes"]);
      expect(Buffer.concat(found.map(({ bytes }) => bytes)).toString()).toBe(stream);
    }
  });

  test("passes unchanged while nothing is wrong", () => {
    const tamper = new Tampering(new Chance(1)).tamper("down");
    expect(tamper?.(Buffer.from(stream)).toString()).toBe(stream);
    expect(new Tampering(new Chance(1)).tamper("up")).toBeNull();
  });

  test("is doubled, lost and swapped as whole frames, and nothing else is touched", () => {
    const tampering = new Tampering(new Chance(1));
    tampering.on = true;
    const tamper = tampering.tamper("down");
    const sent = Array.from({ length: 500 }, (_, i) => live(`m${i}`));
    const out = tamper?.(Buffer.from(`PING\r\n${sent.join("")}PONG\r\n`)).toString() ?? "";
    const got = [...out.matchAll(/\r\n(m\d+)\r\n/g)].map(([, text]) => text ?? "");
    const { doubled, lost, swapped } = tampering.counts;
    expect(Math.min(doubled, lost, swapped)).toBeGreaterThan(20);
    expect(got.length).toBe(sent.length + doubled - lost);
    expect(new Set(got).size).toBe(sent.length - lost);
    expect(out).toContain("PING\r\n");
    expect(out).toContain("PONG\r\n");
  });

  test("only answers to appends are lost, of all answers", () => {
    const tampering = new Tampering(new Chance(1));
    tampering.on = true;
    const tamper = tampering.tamper("down");
    const ack = '{"stream":"LOG_3","seq":5}';
    const other = '{"error":{"code":400}}';
    const say = (text: string) => Buffer.from(`MSG _INBOX.x.1 1 ${text.length}\r\n${text}\r\n`);
    for (let i = 0; i < 1_000; i++) expect(tamper?.(say(other)).length).toBeGreaterThan(0);
    for (let i = 0; i < 1_000; i++) tamper?.(say(ack));
    expect(tampering.counts).toEqual({ doubled: 0, lost: 0, swapped: 0, acksLost: expect.any(Number) });
    expect(tampering.counts.acksLost).toBeGreaterThan(0);
  });
});
