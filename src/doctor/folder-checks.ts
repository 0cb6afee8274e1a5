/** What can be wrong with the data folder of an embedded installation. */
import { limits } from "../../actors/limits.ts";
import type { Millis } from "../../actors/ports.ts";
import type { MoveMark } from "../move/marks.ts";
import { clockFinding } from "./clock.ts";
import type { Check } from "./finding.ts";
import { lettersFinding } from "./letters.ts";
import { movedFinding } from "./moved.ts";

export interface FolderFacts {
  dir: string;
  /** null: no database yet, a server would make one. */
  database: {
    /** False: somebody else's file. */
    ours: boolean;
    schema: number;
    /** The first damage that was met. */
    fault: string | null;
    /** Time of the newest event; 0 when it can't be told. */
    newestAt: Millis;
    moved: MoveMark | null;
    /** Dead ones. */
    letters: number;
  } | null;
  /** Schema that this program knows. */
  known: number;
  /** Another process holds it: the server, while it runs. */
  inUse: boolean;
  freeBytes: number;
  now: Millis;
}

const damaged: Check<FolderFacts> = ({ dir, database }) =>
  database === null || database.fault === null
    ? null
    : {
        wrong: `the database in ${dir} is damaged (${database.fault})`,
        means: "no server starts on it, so nobody can chat",
        fix: "stop whatever uses it, put a backup in its place, and have the disk looked at",
      };

const foreign: Check<FolderFacts> = ({ dir, database }) =>
  database === null || database.ours || database.fault !== null
    ? null
    : {
        wrong: `the database in ${dir} is not Starling's`,
        means: "no server starts on it",
        fix: "let STARLING_DATA name another folder",
      };

const newer: Check<FolderFacts> = ({ database, known }) =>
  database === null || !database.ours || database.schema <= known
    ? null
    : {
        wrong: `the database has schema version ${database.schema}, this program knows ${known}`,
        means: "this program doesn't start on it, lest it misread what people wrote",
        fix: "use the newer program that wrote it",
      };

const full: Check<FolderFacts> = ({ dir, freeBytes }) =>
  freeBytes >= limits.diskFreeBytesMin
    ? null
    : {
        wrong: `the disk under ${dir} has ${Math.floor(freeBytes / 1_048_576)} MiB left`,
        means: "messages are refused as unavailable once it is full, reading goes on",
        fix: "make room; nothing has to be restarted",
      };

/** The newest message may be old, but not of the future. */
const clock: Check<FolderFacts> = ({ database, now }) =>
  clockFinding(Math.max(0, (database?.newestAt ?? 0) - now), "the newest message");

const moved: Check<FolderFacts> = ({ database }) => movedFinding(database?.moved ?? null);

const letters: Check<FolderFacts> = ({ database }) => lettersFinding(database?.letters ?? 0);

export const folderChecks: readonly Check<FolderFacts>[] = [
  damaged,
  foreign,
  newer,
  moved,
  full,
  clock,
  letters,
];
