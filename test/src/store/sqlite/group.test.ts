import { Database, SQLiteError } from "bun:sqlite";
import { describe, expect, test } from "bun:test";
import { DiskFailure } from "../../../../src/store/sqlite/errors.ts";
import {
  commitGroup,
  type Operation,
  type Outcome,
  type Transaction,
  transactionOn,
} from "../../../../src/store/sqlite/group.ts";

function open() {
  const db = new Database(":memory:");
  db.run("CREATE TABLE t (n INTEGER PRIMARY KEY) STRICT");
  const insert = db.prepare<null, [number]>("INSERT INTO t (n) VALUES (?)");
  const write = ({ args: [n] }: Operation) => {
    insert.run(Number(n));
    return `wrote ${n}`;
  };
  const rows = () =>
    db
      .query<{ n: number }, []>("SELECT n FROM t ORDER BY n")
      .all()
      .map(({ n }) => n);
  return { db, write, rows };
}

/** Performs what waits, group by group, as the worker does. */
function perform(
  waiting: Operation[],
  transaction: Transaction,
  performOne: (operation: Operation) => unknown,
) {
  function* taking() {
    for (let next = waiting.shift(); next; next = waiting.shift()) yield next;
  }
  const outcomes: Outcome[] = [];
  while (waiting.length > 0) outcomes.push(...commitGroup(taking(), transaction, performOne));
  return outcomes;
}

const inserts = (...numbers: number[]): Operation[] =>
  numbers.map((n, i) => ({ id: i, name: "insert", args: [n] }));

/** An error as SQLite raises it. */
function sqliteError(code: string): Error {
  return Object.assign(Object.create(SQLiteError.prototype) as Error, { code, message: code });
}

describe("a group", () => {
  test("is one transaction, and answers each operation", () => {
    const { db, write, rows } = open();
    const { begin, commit, rollback } = transactionOn(db);
    let commits = 0;
    const counted = { begin, rollback, commit: () => [commits++, commit()] };
    expect(perform(inserts(1, 2, 3), counted, write)).toEqual([
      { id: 0, value: "wrote 1" },
      { id: 1, value: "wrote 2" },
      { id: 2, value: "wrote 3" },
    ]);
    expect([rows(), commits]).toEqual([[1, 2, 3], 1]);
  });

  test("a poisonous operation fails alone", () => {
    const { db, write, rows } = open();
    const outcomes = perform(inserts(1, 2, 1, 3), transactionOn(db), write);
    expect(outcomes.map((outcome) => "error" in outcome)).toEqual([false, false, true, false]);
    expect(rows()).toEqual([1, 2, 3]);
  });

  test("an operation that fails leaves nothing of itself behind", () => {
    const { db, write, rows } = open();
    const half = (operation: Operation) => {
      write(operation);
      throw new Error("half done");
    };
    const outcomes = perform(inserts(1), transactionOn(db), half);
    expect(outcomes).toEqual([{ id: 0, error: "half done", refused: false }]);
    expect(rows()).toEqual([]);
  });

  test("a full disk is a definite refusal, a bug is not", () => {
    const { db } = open();
    const full = () => {
      throw sqliteError("SQLITE_FULL");
    };
    expect(perform(inserts(1, 2), transactionOn(db), full)).toEqual([
      { id: 0, error: "SQLITE_FULL", refused: true },
      { id: 1, error: "SQLITE_FULL", refused: true },
    ]);
  });

  test.each(["SQLITE_IOERR_FSYNC", "SQLITE_IOERR_WRITE", "SQLITE_CORRUPT"])(
    "after %s nothing is answered",
    (code) => {
      const { db, write } = open();
      const { begin, rollback } = transactionOn(db);
      const commit = () => {
        throw sqliteError(code);
      };
      expect(() => perform(inserts(1, 2), { begin, commit, rollback }, write)).toThrow(DiskFailure);
    },
  );
});
