/**
 * The worker that owns the writing connection: a commit blocks its thread for 0.3–13 ms, which sockets can't
 * afford. Operations come in as parcels, wait in lanes, and leave in groups.
 */
import { checkpointer } from "./checkpoint.ts";
import { closeFully, openWriting } from "./connection.ts";
import { DiskFailure } from "./errors.ts";
import { commitGroup, type Operation, type Outcome, transactionOn } from "./group.ts";
import { Lanes } from "./lanes.ts";
import { writeOperations } from "./operations.ts";
import { type Parcel, unpack } from "./parcel.ts";

export type ToWriter = { open: string; pagesMax: number | null } | Parcel | { close: true };
export type FromWriter = { opened: true } | { outcomes: Outcome[] } | { closed: true } | { failed: string };

declare const self: Worker;

const reply = (message: FromWriter) => self.postMessage(JSON.stringify(message));
const lanes = new Lanes(() => performance.now());
let database: ReturnType<typeof openDatabase> | null = null;
let armed = false;

self.onmessage = ({ data }: MessageEvent<ToWriter>) => guarded(() => receive(data));

function receive(message: ToWriter): void {
  if ("open" in message) {
    database = openDatabase(message.open, message.pagesMax);
    reply({ opened: true });
  } else if (Array.isArray(message)) {
    for (const operation of unpack(message)) lanes.push(operation);
    arm();
  } else {
    while (database !== null && !lanes.empty) database.writeGroup();
    database?.close();
    reply({ closed: true });
  }
}

/** Waits for the messages that are already here, so that they all share the group. */
function arm(): void {
  if (armed || database === null) return;
  armed = true;
  setImmediate(() => {
    armed = false;
    if (!lanes.empty) guarded(() => database?.writeGroup());
    if (!lanes.empty) arm();
  });
}

/** After a fault nothing is acknowledged any more, not even what waits: nobody knows what the disk holds. */
function guarded(task: () => void): void {
  try {
    task();
  } catch (error) {
    database = null;
    reply({ failed: error instanceof DiskFailure ? `the disk failed: ${error.message}` : String(error) });
  }
}

function openDatabase(path: string, pagesMax: number | null) {
  const db = openWriting(path);
  if (pagesMax !== null) db.run(`PRAGMA max_page_count = ${pagesMax}`);
  const operations = new Map<string, (...args: never[]) => unknown>(Object.entries(writeOperations(db)));
  const transaction = transactionOn(db);
  const checkpoint = checkpointer(db);

  function perform({ name, args }: Operation): unknown {
    const operation = operations.get(name);
    if (!operation) throw new Error(`no write operation is called ${name}`);
    // The types of both ends come from the same WriteOperations: see Writer.run.
    return operation(...(args as never[]));
  }

  return {
    writeGroup(): void {
      const outcomes = commitGroup(lanes.group(), transaction, perform);
      reply({ outcomes });
      checkpoint(outcomes.some((outcome) => "error" in outcome && outcome.refused));
    },
    close(): void {
      closeFully(db);
    },
  };
}
