/** What an installation remembers of being moved. A server starts on neither. */
import type { Secrets } from "../../actors/ports.ts";
import { isDeadLetter } from "../readers/dead-letters.ts";
import { CannotMove } from "./format.ts";
import type { LostRange } from "./lost.ts";

/** Secrets that are about this installation as a place stay in it, and so do records that its readers refused. */
const closedMark = "moved.closed";
const importMark = "moved.importing";
const rebuildMark = "moved.rebuilding";

export type MoveMark = "closed" | "importing" | "rebuilding";

/** By the names of all secrets. */
export function moveMarkIn(secrets: readonly string[]): MoveMark | null {
  if (secrets.includes(closedMark)) return "closed";
  if (secrets.includes(importMark)) return "importing";
  return secrets.includes(rebuildMark) ? "rebuilding" : null;
}

export const staysHere = (secret: string): boolean => secret.startsWith("moved.") || isDeadLetter(secret);

export async function isClosed(secrets: Secrets): Promise<boolean> {
  return (await secrets.get(closedMark)) !== null;
}

/** For ever, once there is a file: what was exported as final goes on elsewhere. */
export async function close(secrets: Secrets): Promise<void> {
  await secrets.putIfAbsent(closedMark, "export --final");
}

/** The export that closed it has failed. */
export async function reopen(secrets: Secrets): Promise<void> {
  await secrets.remove(closedMark);
}

export interface Importing {
  /** Of the file: only the same one goes on where an import was interrupted. */
  sha256: string;
  /** Random: what new epochs are made of, the same ones at each attempt. */
  id: string;
}

export async function importing(secrets: Secrets): Promise<Importing | null> {
  const mark = await secrets.get(importMark);
  return mark === null ? null : (JSON.parse(mark) as Importing);
}

export async function beginImport(secrets: Secrets, importing: Importing): Promise<Importing> {
  return JSON.parse(await secrets.putIfAbsent(importMark, JSON.stringify(importing))) as Importing;
}

export async function endImport(secrets: Secrets): Promise<void> {
  await secrets.remove(importMark);
}

export interface Rebuilding {
  /** Random: what new epochs are made of, the same ones at each attempt. */
  id: string;
  /** Those that were lost. */
  streams: number[];
  /** Told in the end: while it goes on the documents forget. */
  lost: LostRange[];
}

export async function rebuilding(secrets: Secrets): Promise<Rebuilding | null> {
  const mark = await secrets.get(rebuildMark);
  return mark === null ? null : (JSON.parse(mark) as Rebuilding);
}

export async function beginRebuild(secrets: Secrets, rebuilding: Rebuilding): Promise<Rebuilding> {
  return JSON.parse(await secrets.putIfAbsent(rebuildMark, JSON.stringify(rebuilding))) as Rebuilding;
}

export async function endRebuild(secrets: Secrets): Promise<void> {
  await secrets.remove(rebuildMark);
}

/** @throws CannotMove when this installation was closed, or holds a part of an import or a rebuild */
export async function assertServable(secrets: Secrets): Promise<void> {
  await assertOpen(secrets);
  if ((await rebuilding(secrets)) !== null) {
    throw new CannotMove("a rebuild was interrupted: run `starling doctor --rebuild` again");
  }
}

/** @throws CannotMove when this installation was closed, or holds a part of an import */
export async function assertOpen(secrets: Secrets): Promise<void> {
  if (await isClosed(secrets)) {
    throw new CannotMove(
      "this installation was closed by `starling export --final`: it goes on where that file was imported",
    );
  }
  if ((await importing(secrets)) !== null) {
    throw new CannotMove(
      "an import into this installation was interrupted: run `starling import FILE` again",
    );
  }
}
