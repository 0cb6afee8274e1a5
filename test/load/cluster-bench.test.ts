import { expect, test } from "bun:test";
import {
  type Connections,
  carriedOf,
  perMessage,
  type Streams,
  sum,
} from "../../load/bench/cluster/broker.ts";
import { longestSilence } from "../../load/bench/cluster/silence.ts";
import { encodedText, textOf } from "../../load/bench/texts.ts";
import { machineSeconds } from "../../load/kit/proc.ts";

test("silence is the longest stretch between signs of life, both ends of the time included", () => {
  expect(longestSilence([10, 20, 50, 60], 0, 70)).toBe(30);
  expect(longestSilence([10, 20], 0, 100)).toBe(80);
  expect(longestSilence([90, 10], 0, 100)).toBe(80);
  expect(longestSilence([], 5, 12)).toBe(7);
  expect(longestSilence([1, 200], 50, 100)).toBe(50);
});

const connections: Connections = {
  connections: [
    {
      name: "starling live",
      in_msgs: 4,
      out_msgs: 30,
      subscriptions_list_detail: [
        { subject: "live.1.room", msgs: 20 },
        { subject: "live.1.*", msgs: 10 },
      ],
    },
    { name: "starling", in_msgs: 10, out_msgs: 10, subscriptions_list_detail: [] },
    {
      name: "somebody else",
      in_msgs: 99,
      out_msgs: 99,
      subscriptions_list_detail: [{ subject: "live.1.room", msgs: 99 }],
    },
  ],
};
const streams: Streams = {
  account_details: [
    {
      stream_detail: [
        { name: "LOG_0", state: { last_seq: 7 } },
        { name: "LOG_1", state: { last_seq: 20 } },
      ],
    },
  ],
};

test("copies are those under the room's subject to nodes of ours, records those of its stream", () => {
  const found = carriedOf(connections, streams, "LOG_1", "live.1.room");
  expect(found).toEqual({ records: 20, copies: 20, all: 54 });
});

test("three servers hold one stream: its records count once, what each of them delivered is added", () => {
  const one = { records: 20, copies: 5, all: 7 };
  const lagging = { records: 19, copies: 3, all: 4 };
  expect(sum(one, lagging)).toEqual({ records: 20, copies: 8, all: 11 });
});

test("per message is the difference of two readings", () => {
  const before = { records: 10, copies: 10, all: 100 };
  const after = { records: 20, copies: 30, all: 160 };
  expect(perMessage(before, after, 10)).toEqual({ records: 1, copies: 2, all: 6 });
});

test("a server that doesn't answer is no zero", () => {
  expect(() => carriedOf(null, streams, "LOG_1", "live.1.room")).toThrow("counters");
});

test("a message of a window is known in any JSON that has its text as a field; the quoted text alone and other frames are none", () => {
  expect(encodedText.test(JSON.stringify({ seq: 3, text: textOf("m", 17) }))).toBe(true);
  expect(encodedText.test(JSON.stringify({ text: textOf("owner", 0) }))).toBe(false);
  expect(encodedText.test(JSON.stringify(textOf("m", 17)))).toBe(false);
  expect(encodedText.test('{"t":"ping","heads":12}')).toBe(false);
});

test("what a machine's programs used is user, nice and system time; waiting and idling aren't work", () => {
  expect(machineSeconds("cpu  100 20 30 9999 50 1 2 0 0 0\ncpu0 50 10 15 5000 25 0 1 0 0 0\n")).toBe(1.5);
});
