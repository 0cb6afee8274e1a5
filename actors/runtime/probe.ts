import type { Admission } from "./mailbox.ts";

/**
 * Where an actor is. `asleep`: known (it waits for mail, or its crashes are remembered) but without incarnation.
 * `backoff`: an incarnation failed, mail waits. `quarantined`: it crashed too often, mail is refused.
 */
export type Phase = "asleep" | "starting" | "running" | "stopping" | "backoff" | "quarantined";

export type Reason =
  | "demand"
  | "started"
  /** Nobody wrote to it for `idleMs`. */
  | "idle"
  /** Another one needed its place under `residentMax`. */
  | "cap"
  | "evicted"
  /** It asked to go. */
  | "left"
  | "stopped"
  | "crashed"
  | "interrupted";

/** Observes, never participates; must not throw. Labels are kinds, never ids. Absent: costs nothing. */
export interface Probe {
  /** @param depth mailbox after the admission */
  admitted(kind: string, admission: Admission, depth: number): void;
  /** @param waitedMs of the oldest message of the batch */
  turned(kind: string, count: number, waitedMs: number, ranMs: number, ok: boolean): void;
  changed(kind: string, from: Phase, to: Phase, reason: Reason): void;
  /** Whatever an actor threw. */
  failed(kind: string, error: unknown): void;
}
