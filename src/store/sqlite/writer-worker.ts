/**
 * The worker that owns the writing connection: a commit blocks its thread for 0.3–13 ms, which sockets can't
 * afford. Operations come in as JSON (half the cost of a structured clone), wait in lanes, and leave in groups.
 */
import type { Database } from "bun:sqlite";
import { checkpointer } from "./checkpoint.ts";
import { openWriting } from "./connection.ts";
import { DiskFailure } from "./errors.ts";
import { commitGroup, type Operation, type Outcome, transactionOn } from "./group.ts";
import { Lanes } from "./lanes.ts";
import { writeOperations } from "./operations.ts";

export type ToWriter =
  | { open: string; pagesMax: number | null }
  | { operations: Operation[] }
  | { close: true };
export type FromWriter = { opened: true } | { outcomes: Outcome[] } | { closed: true } | { failed: string };

declare const self: Worker;

const reply = (message: FromWriter) => self.postMessage(JSON.stringify(message));
const lanes = new Lanes(() => performance.now());
let work: (() => void) | null = null;
let close: (() => void) | null = null;
let armed = false;

self.onmessage = ({ data }: MessageEvent<string>) => {
  const message = JSON.parse(data) as ToWriter;
  if ("open" in message) {
    open(message.open, message.pagesMax);
  } else if ("operations" in message) {
    for (const operation of message.operations) lanes.push(operation);
    arm();
  } else {
    close?.();
  }
};

function open(path: string, pagesMax: number | null): void {
  const db = openWriting(path);
  if (pagesMax !== null) db.run(`PRAGMA max_page_count = ${pagesMax}`);
  work = worker(db);
  close = () => {
    while (work !== null && !lanes.empty) work();
    db.close();
    reply({ closed: true });
  };
  reply({ opened: true });
}

/** Waits for the messages that are already here, so that they all share the group. */
function arm(): void {
  if (armed || work === null) return;
  armed = true;
  setImmediate(() => {
    armed = false;
    work?.();
    if (!lanes.empty) arm();
  });
}

function worker(db: Database): () => void {
  const operations = new Map<string, (...args: never[]) => unknown>(Object.entries(writeOperations(db)));
  const transaction = transactionOn(db);
  const checkpoint = checkpointer(db);
  const perform = ({ name, args }: Operation): unknown => {
    const operation = operations.get(name);
    if (!operation) throw new Error(`no write operation is called ${name}`);
    // The types of both ends come from the same WriteOperations: see Writer.run.
    return operation(...(args as never[]));
  };
  return () => {
    try {
      const outcomes = commitGroup(lanes.group(), transaction, perform);
      reply({ outcomes });
      checkpoint();
    } catch (error) {
      // Nothing is acknowledged any more, not even what waits: nobody knows what the disk holds.
      work = null;
      reply({ failed: error instanceof DiskFailure ? `the disk failed: ${error.message}` : String(error) });
    }
  };
}
