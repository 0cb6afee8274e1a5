import { limits } from "../limits.ts";
import type { Definition, Restart } from "./behavior.ts";
import { Cell } from "./cell.ts";
import type { Deadlines } from "./deadlines.ts";
import type { Envelope } from "./envelope.ts";
import { type Failure, overloaded, stopped } from "./failure.ts";
import { List } from "./list.ts";
import type { Admission, Overflow } from "./mailbox.ts";
import type { Platform } from "./platform.ts";
import type { Probe } from "./probe.ts";
import type { Recoveries } from "./recoveries.ts";

/** What all kinds of a system share. */
export interface World {
  readonly platform: Platform;
  readonly probe: Probe | null;
  readonly deadlines: Deadlines;
  readonly recoveries: Recoveries;
  /** An actor became idle; sweep when it has been so for `idleMs`. */
  expectSweep(idleMs: number): void;
}

/** All actors of one kind in this process: who is in memory, and who has to go. */
export class Kind<Message, Reply> {
  readonly world: World;
  readonly name: string;
  readonly definition: Definition<Message, Reply>;
  readonly batchMax: number;
  readonly idleMs: number;
  readonly quarantineMs: number;
  readonly restart: Restart;
  /** The batch of a turn that finishes at once: reused, so that small turns allocate nothing. */
  scratch: Envelope<Message, Reply>[] = [];
  /** Draining: takes nothing new. */
  closed = false;
  readonly #cells = new Map<string, Cell<Message, Reply>>();
  /** Idle ones, least recently active first. */
  readonly #idle = new List<Cell<Message, Reply>>();
  #drained: (() => void) | null = null;

  constructor(world: World, definition: Definition<Message, Reply>) {
    this.world = world;
    this.definition = definition;
    this.name = definition.kind;
    this.batchMax = definition.batchMax ?? 1;
    this.idleMs = definition.idleMs ?? limits.idleMs;
    this.quarantineMs = definition.quarantineMs ?? limits.quarantineMs;
    this.restart = {
      max: limits.restartsMax,
      windowMs: limits.restartWindowMs,
      delayMs: limits.restartDelayMs,
      delayMaxMs: limits.restartDelayMaxMs,
      ...definition.restart,
    };
  }

  /** Actors in memory. */
  get residents(): number {
    return this.#cells.size;
  }

  overflow(message: Message): Overflow {
    return this.definition.overflow?.(message) ?? "reject";
  }

  tell(id: string, message: Message, key: string | undefined): Admission {
    const cell = this.closed ? null : this.#cell(id);
    if (cell !== null) return cell.tell(message, key);
    this.world.probe?.admitted(this.name, "rejected", 0);
    return "rejected";
  }

  ask(id: string, message: Message, timeoutMs: number): Promise<Reply | Failure> {
    const cell = this.closed ? null : this.#cell(id);
    if (cell !== null) return cell.ask(message, timeoutMs);
    this.world.probe?.admitted(this.name, "rejected", 0);
    return Promise.resolve(this.closed ? stopped : overloaded);
  }

  /** Who is in memory. */
  ids(): string[] {
    return [...this.#cells.keys()];
  }

  /** Starts an actor that will be asked for soon. */
  warm(id: string): void {
    if (!this.closed) this.#cell(id)?.warm();
  }

  /** Ends the incarnation after its turn and forgets its crashes. Queued mail goes to the next one. */
  evict(id: string): Promise<void> {
    return this.#cells.get(id)?.evict() ?? Promise.resolve();
  }

  rest(cell: Cell<Message, Reply>): void {
    this.#idle.push(cell);
    this.world.expectSweep(this.idleMs);
  }

  rouse(cell: Cell<Message, Reply>): void {
    this.#idle.remove(cell);
  }

  forget(cell: Cell<Message, Reply>): void {
    this.#cells.delete(cell.id);
    if (this.#cells.size === 0) this.#drained?.();
  }

  /** @returns in how many ms to sweep again, at the latest; Infinity if nobody is idle */
  sweep(now: number): number {
    for (let swept = 0; swept < limits.sweepMax; swept++) {
      const cell = this.#idle.first;
      if (cell === null) return Number.POSITIVE_INFINITY;
      const left = cell.idleSince + this.idleMs - now;
      if (left > 0) return left;
      this.#dismiss(cell, "idle");
    }
    return 0;
  }

  /** Refuses what comes, works off what is queued, stops all. Resolves when nobody is left. */
  drain(): Promise<void> {
    this.closed = true;
    if (this.#cells.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained = resolve;
      for (const cell of [...this.#cells.values()]) cell.drain();
    });
  }

  /** Leaves everything where it is; every ask gets its answer. */
  abandon(): void {
    this.closed = true;
    for (const cell of [...this.#cells.values()]) cell.abandon();
  }

  #cell(id: string): Cell<Message, Reply> | null {
    const known = this.#cells.get(id);
    if (known !== undefined) return known;
    if (this.#cells.size >= this.definition.residentMax && !this.#makeRoom()) return null;
    const cell = new Cell<Message, Reply>(this, id);
    this.#cells.set(id, cell);
    return cell;
  }

  #makeRoom(): boolean {
    for (let looked = 0; looked < limits.busyLookMax; looked++) {
      const cell = this.#idle.first;
      if (cell === null) return false;
      if (this.#dismiss(cell, "cap")) return true;
    }
    return false;
  }

  /** A busy one goes to the end of the line instead. */
  #dismiss(cell: Cell<Message, Reply>, reason: "idle" | "cap"): boolean {
    if (cell.dismiss(reason)) return true;
    this.#idle.remove(cell);
    cell.idleSince = this.world.platform.monotonic();
    this.#idle.push(cell);
    return false;
  }
}
