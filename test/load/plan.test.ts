import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { limits } from "../../actors/limits.ts";
import { parseAnnotation, parseLog } from "../../load/irc.ts";
import { type Plan, planOf, postsOf } from "../../load/plan.ts";

function plan(logs: Record<string, [log: string, links?: string]>): Plan {
  return planOf(
    Object.entries(logs).map(([file, [text, links]]) => ({
      file,
      log: parseLog(new TextEncoder().encode(text)),
      ...(links === undefined ? {} : { annotation: parseAnnotation(links) }),
    })),
  );
}

function room(log: string, links?: string) {
  const made = plan({ "a.raw.txt": links === undefined ? [log] : [log, links] });
  const [only] = made.rooms;
  if (!only) throw new Error("one log makes one room");
  const nameOf = (who: number) => made.accounts[who]?.display;
  return { ...made, room: only, said: postsOf(only).map(({ who, text }) => [nameOf(who), text]) };
}

describe("who posts", () => {
  test("a renamed nick keeps its account", () => {
    expect(room("[00:00] <a> 1\n=== a is now known as b\n[00:00] <b> 2\n").said).toEqual([
      ["a", "1"],
      ["a", "2"],
    ]);
  });

  test("a rename onto a nick that has an account switches to it", () => {
    const log = "[00:00] <a> 1\n[00:00] <b> 2\n=== a is now known as b\n[00:00] <b> 3\n[00:00] <a> 4\n";
    expect(room(log).said).toEqual([
      ["a", "1"],
      ["b", "2"],
      ["b", "3"],
      ["a", "4"],
    ]);
  });

  test("a rename there and back is one account", () => {
    const log = "=== a is now known as b\n[00:00] <b> 1\n=== b is now known as a\n[00:00] <a> 2\n";
    const { accounts, said } = room(log);
    expect(accounts.map(({ display }) => display)).toEqual(["a"]);
    expect(said.map(([nick]) => nick)).toEqual(["a", "a"]);
  });

  test("a nick has one account over all logs, and a rename in one log says nothing about another", () => {
    const { accounts, rooms } = plan({
      "1.raw.txt": ["[00:00] <a> 1\n=== a is now known as b\n[00:00] <b> 2\n"],
      "2.raw.txt": ["[00:00] <b> 3\n[00:00] <a> 4\n"],
    });
    const who = rooms.map((made) => postsOf(made).map((post) => accounts[post.who]?.display));
    expect(who).toEqual([
      ["a", "a"],
      ["b", "a"],
    ]);
  });

  test("joins and parts stand among the posts, in order", () => {
    const log = "=== a [x@y]  has joined #u\n[00:00] <a> 1\n=== a [x@y]  has left #u []\n";
    expect(room(log).room.steps.map((step) => step.do)).toEqual(["join", "post", "leave"]);
  });
});

describe("login names", () => {
  test("nicks that differ in case, marks or script get different legal names and keep their display", () => {
    const nicks = ["Bob", "bob", "b[o]b", "b|ob", "^_^", "`", "Ölçer", "漢字", "x".repeat(200)];
    const { accounts } = room(nicks.map((nick) => `[00:00] <${nick}> hi\n`).join(""));
    expect(new Set(accounts.map(({ login }) => login)).size).toBe(nicks.length);
    expect(accounts.slice(0, -1).map(({ display }) => display)).toEqual(nicks.slice(0, -1));
  });

  test("any nicks give legal and unique names", () => {
    const nick = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 80 })
      .filter((n) => !/[\s>]/u.test(n));
    fc.assert(
      fc.property(fc.uniqueArray(nick, { maxLength: 60 }), (nicks) => {
        const { accounts } = room(nicks.map((n) => `[00:00] <${n}> hi\n`).join(""));
        for (const { login, display } of accounts) {
          expect(login).toMatch(/^[a-z][a-z0-9]+$/u);
          expect(login.length).toBeLessThanOrEqual(limits.loginCharsMax);
          expect(display.length).toBeLessThanOrEqual(limits.nameCharsMax);
          expect(display.isWellFormed()).toBe(true);
        }
        expect(new Set(accounts.map(({ login }) => login)).size).toBe(accounts.length);
      }),
    );
  });
});

describe("what is answered", () => {
  const log = "[00:00] <a> 0\n[00:00] <b> 1\n[00:00] <b>\n[00:00] <c> 3\n=== c scrolls\n";
  const answered = (links: string) => postsOf(room(log, links).room).map(({ line, re }) => [line, re]);

  test("the latest of several lines", () => {
    expect(answered("0 3 -\n3 1 -\n")).toContainEqual([3, 1]);
  });

  test("only lines that are posted", () => {
    expect(answered("2 3 -\n0 3 -\n")).toContainEqual([3, 0]);
    expect(answered("2 3 -\n")).toContainEqual([3, null]);
    expect(answered("9 4 -\n")).toContainEqual([4, null]);
  });

  test("nothing without an annotation", () => {
    expect(postsOf(room(log).room).map(({ re }) => re)).toEqual([null, null, null, null]);
  });
});

describe("what is not posted is named", () => {
  test("empty, unreadable and too long lines", () => {
    const long = "é".repeat(limits.textBytesMax / 2);
    const { room: made } = room(`[00:00] <a>\nwhat?\n[00:00] <a> ${long}\n[00:00] <a> ${long}!\n`);
    expect(made.empty).toEqual([0]);
    expect(made.unreadable).toEqual([1]);
    expect(made.tooLong).toEqual([{ line: 3, bytes: limits.textBytesMax + 1 }]);
    expect(postsOf(made).map(({ line }) => line)).toEqual([2]);
  });
});
