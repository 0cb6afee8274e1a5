import { describe, expect, test } from "bun:test";
import { check } from "./check.ts";
import { commandOf, given, last, truthOf } from "./given.ts";
import type { History, Seen } from "./history.ts";

/** The rules that a history breaks once something in it is changed. */
function broken(change: (history: History) => void): string[] {
  const history = given();
  change(history);
  return [...new Set(check(history).map(({ rule }) => rule))].sort();
}

function at<T>(items: readonly T[], index: number): T {
  const item = items.at(index);
  if (item === undefined) throw new Error(`there is no item ${index}`);
  return item;
}

const command = (history: History, seq: number) => at(history.commands, seq - 1);
const record = (history: History, seq: number) => at(at(history.logs, 0).records, seq - 1);
const copyOf = (history: History, user: string) =>
  at(
    history.copies.filter((copy) => copy.user === user),
    0,
  );

function seenBy(history: History, user: string, seq: number): Seen {
  return at(
    history.seen.filter((seen) => seen.user === user && seen.seq === seq && seen.is === "event"),
    0,
  );
}

/** Writes an event anew. */
function rewrite(history: History, seq: number, change: object): void {
  const { lines } = record(history, seq);
  lines[0] = JSON.stringify({ ...JSON.parse(at(lines, 0)), ...change });
}

test("a history in which all is well breaks no rule", () => {
  expect(check(given())).toEqual([]);
});

describe("C1: what was acked is there", () => {
  test("at the seq that the ack named", () => {
    expect(
      broken((history) => Object.assign(command(history, 10), { seq: 9, cid: "c9", user: "eve" })),
    ).toContain("C1");
    expect(
      broken((history) => {
        command(history, 10).seq = last + 1;
        history.reads = [];
      }),
    ).toEqual(["C1"]);
  });

  test("with what it said", () => {
    expect(broken((history) => Object.assign(command(history, 10), { body: "posted five -" }))).toContain(
      "C1",
    );
  });
});

describe("C2: a cid has one outcome", () => {
  test("it lands once", () => {
    expect(
      broken((history) => {
        at(record(history, 3).parts, 0).cid = "c6";
        history.commands.push({ ...command(history, 3), cid: "c6", phase: "info" });
        history.commands = history.commands.filter(({ cid }) => cid !== "c3");
      }),
    ).toEqual(["C2"]);
  });

  test("what is closed doesn't land", () => {
    expect(
      broken((history) => {
        record(history, 9).closed.push({ by: "ana", cid: "c10" });
        command(history, 10).phase = "info";
      }),
    ).toEqual(["C2"]);
  });
});

describe("C3: everything was asked for, by somebody who wasn't told no", () => {
  test("nothing comes from nowhere", () => {
    expect(broken((history) => void history.commands.pop())).toEqual(["C3"]);
  });

  test("what was refused doesn't land", () => {
    expect(broken((history) => Object.assign(command(history, 10), { phase: "fail", code: "gone" }))).toEqual(
      ["C3"],
    );
  });

  test("what was acked isn't closed", () => {
    expect(broken((history) => void record(history, 9).closed.push({ by: "ana", cid: "c10" }))).toEqual([
      "C2",
      "C3",
    ]);
  });
});

describe("C4: seqs are 1..n", () => {
  test("without a hole", () => {
    expect(broken((history) => rewrite(history, 10, { seq: 11 }))).toContain("C4");
  });

  test("time never falls, and posts are counted", () => {
    expect(broken((history) => rewrite(history, 9, { at: 1 }))).toContain("C4");
    expect(broken((history) => rewrite(history, 9, { ord: 9 }))).toContain("C4");
  });

  test("the head that people are told is the head", () => {
    expect(broken((history) => Object.assign(copyOf(history, "ana").summary ?? {}, { head: 9 }))).toEqual([
      "C4",
    ]);
  });
});

describe("C5: all see the same", () => {
  test("event at a seq", () => {
    expect(broken((history) => Object.assign(seenBy(history, "ben", 5), { line: "{}" }))).toEqual(["C5"]);
  });

  test("and not before it is durable", () => {
    expect(broken((history) => Object.assign(seenBy(history, "ben", 5), { t: 49 }))).toEqual(["C5"]);
  });

  test("a stub closes the sender's own command", () => {
    const stub = { is: "stub", line: "" } as const;
    expect(broken((history) => Object.assign(seenBy(history, "ben", 3), { ...stub, cid: "c3" }))).toEqual([]);
    expect(broken((history) => Object.assign(seenBy(history, "ben", 3), { ...stub, cid: "c4" }))).toEqual([
      "C5",
    ]);
  });
});

describe("C6: one after the other", () => {
  test("none is skipped", () => {
    expect(
      broken(
        ({ seen }) =>
          void seen.splice(
            seen.findIndex(({ seq }) => seq === 4),
            1,
          ),
      ),
    ).toEqual(["C6"]);
  });

  test("a stream may begin where the client or `limited` says", () => {
    expect(
      broken(({ seen }) => {
        const place = seen.findIndex(({ seq }) => seq === 4);
        seen.splice(place, 1, { ...at(seen, place), is: "start", seq: 5, to: 4 });
      }),
    ).toEqual([]);
  });

  test("two are not swapped", () => {
    expect(
      broken((history) => {
        const { seen } = history;
        const place = seen.findIndex(({ seq }) => seq === 4);
        seen.splice(place, 2, { ...at(seen, place + 1), t: 52 }, { ...at(seen, place), t: 52 });
      }),
    ).toEqual(["C6"]);
  });
});

describe("C7: a member has everything in the end", () => {
  test("up to the head", () => {
    expect(broken((history) => Object.assign(copyOf(history, "ben"), { last: 9 }))).toEqual(["C7"]);
  });

  test("each seq of it", () => {
    expect(broken((history) => void copyOf(history, "ben").entries.splice(4, 1, null))).toEqual(["C7"]);
    expect(broken((history) => void copyOf(history, "ben").entries.splice(4, 1, "void"))).toEqual(["C7"]);
  });

  test("a removed one up to the removal", () => {
    expect(broken((history) => Object.assign(copyOf(history, "chi"), { last: 7 }))).toEqual(["C7"]);
  });
});

describe("C8: nobody sees what isn't for them", () => {
  const leak = (history: History, seq: number, path: Seen["path"]) => {
    const line = truthOf(history).line(seq)?.text ?? "";
    const base = { ...seenBy(history, "chi", 5), path, connection: `another ${path}` };
    history.seen.push({ ...base, is: "start", line: "", seq, to: seq - 1 });
    history.seen.push({ ...base, seq, to: seq, line, t: 200, asked: 190 });
  };

  test("after their removal, live or by a page", () => {
    expect(broken((history) => leak(history, 9, "live"))).toEqual(["C8"]);
    expect(broken((history) => leak(history, 9, "history"))).toEqual(["C8"]);
  });

  test("before their joining", () => {
    expect(broken((history) => leak(history, 3, "history"))).toEqual(["C8"]);
  });

  test("through what later events set on a post", () => {
    expect(broken(({ reads }) => Object.assign(at(reads, 0), { user: "chi" }))).toContain("C8");
  });

  test("through receipts and typing", () => {
    const toChi = { user: "chi", device: "chi's", t: 130 };
    expect(broken(({ heard }) => Object.assign(at(heard, 0), toChi))).toEqual(["C8"]);
    expect(broken(({ heard }) => Object.assign(at(heard, 0), { ...toChi, kind: "typing" }))).toEqual(["C8"]);
    expect(broken(({ heard }) => Object.assign(at(heard, 0), { seq: 5 }))).toEqual(["C8"]);
  });

  test("another's cid", () => {
    expect(broken((history) => Object.assign(seenBy(history, "ben", 2), { cid: "c2" }))).toEqual(["C8"]);
  });

  test("when their session was ended", () => {
    expect(
      broken(({ revocations }) => void revocations.push({ user: "ben", session: "S", stillOpen: 1 })),
    ).toEqual(["C8"]);
  });
});

describe("C9: everybody does only what they may", () => {
  const by = (history: History, seq: number, user: string) => {
    rewrite(history, seq, { by: user });
    at(record(history, seq).parts, 0).by = user;
    command(history, seq).user = user;
  };

  test("who is out does nothing", () => {
    expect(broken((history) => by(history, 10, "chi"))).toContain("C9");
  });

  test("a member removes nobody, edits and deletes only their own", () => {
    for (const seq of [6, 7, 8]) expect(broken((history) => by(history, seq, "chi"))).toContain("C9");
  });

  test("nothing is done to what is deleted", () => {
    expect(broken((history) => rewrite(history, 9, { target: 2 }))).toContain("C9");
  });

  test("nobody joins a closed room", () => {
    expect(broken((history) => rewrite(history, 4, { kind: "joined", by: "chi" }))).toContain("C9");
  });
});

test("C10: what was acked before lies below", () => {
  expect(broken((history) => Object.assign(command(history, 3), { invoked: 60, answered: 61 }))).toEqual([
    "C10",
  ]);
});

describe("C11: no answer is older than what was known", () => {
  test("to the device", () => {
    expect(broken(({ reads }) => Object.assign(at(reads, 0), { head: 9, sighted: false }))).toEqual(["C11"]);
  });

  test("to anybody who got an ack before", () => {
    expect(broken(({ reads }) => Object.assign(at(reads, 0), { head: 9, knew: 0 }))).toEqual(["C11"]);
  });

  test("and none is newer than the log", () => {
    expect(
      broken(({ reads }) => Object.assign(at(reads, 0), { invoked: 90, answered: 91, knew: 0 })),
    ).toContain("C11");
  });

  test("a refusal was true meanwhile", () => {
    const refused = (history: History, user: string, sighted: boolean) => {
      const post = commandOf({ ...JSON.parse(at(record(history, 10).lines, 0)), by: user });
      history.commands.push({
        ...post,
        op: "room.post",
        cid: "x",
        phase: "fail",
        code: "not-found",
        sighted,
      });
    };
    expect(broken((history) => refused(history, "ben", true))).toEqual(["C11"]);
    expect(broken((history) => refused(history, "ben", false))).toEqual([]);
    expect(broken((history) => refused(history, "chi", true))).toEqual([]);
  });
});

describe("C12: watermarks rise", () => {
  test("answers never fall", () => {
    expect(broken(({ marks }) => Object.assign(at(marks, 1), { read: 3 }))).toEqual(["C12"]);
  });

  test("an answer is what was asked for at least", () => {
    expect(broken(({ marks }) => Object.assign(at(marks, 1), { seq: 6 }))).toContain("C12");
  });

  test("the one read mark is the highest that was asked for", () => {
    const read = (read: number) => (history: History) => {
      Object.assign(copyOf(history, "ben").summary ?? {}, {
        read,
        unread: truthOf(history).unread("ben", read),
      });
    };
    expect(broken(read(3))).toEqual(["C12"]);
    expect(broken(read(7))).toEqual(["C12"]);
  });

  test("unread follows from it", () => {
    expect(broken((history) => Object.assign(copyOf(history, "ben").summary ?? {}, { unread: 7 }))).toEqual([
      "C12",
    ]);
  });

  test("nobody hears of a mark that nobody set", () => {
    expect(broken(({ heard }) => Object.assign(at(heard, 0), { read: 6 }))).toEqual(["C12"]);
  });
});

describe("C13: all show the same in the end", () => {
  test("texts as edited, reactions, nothing of what was deleted", () => {
    expect(truthOf(given()).state("ana")).toBe('[[3,"two!",[]],[5,"three",["ben 👍"]],[10,"four",[]]]');
    expect(broken((history) => Object.assign(copyOf(history, "ben"), { state: "[]" }))).toEqual(["C13"]);
  });

  test("on pages as well", () => {
    expect(broken(({ reads }) => Object.assign(at(reads, 0), { fields: [] }))).toEqual(["C13"]);
  });

  test("no page shows a text after its deletion was durable", () => {
    expect(
      broken((history) => {
        const page = { path: "history", connection: "page", t: 200 } as const;
        history.seen.push({ ...seenBy(history, "ben", 2), ...page, asked: 100 });
      }),
    ).toEqual(["C13"]);
  });

  test("no resume shows it after its node has sent the deletion to anybody", () => {
    expect(
      broken((history) => void history.seen.push({ ...seenBy(history, "ben", 2), t: 200, asked: 100 })),
    ).toEqual(["C13"]);
  });
});

test("C14: nothing hangs", () => {
  expect(broken(({ hanging }) => void hanging.push("a command without answer"))).toEqual(["C14"]);
});
