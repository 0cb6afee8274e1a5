import { createChance } from "./chance.ts";
import { Heap } from "./heap.ts";
import type { Platform } from "./platform.ts";

/** A machine of the simulated world. Whatever runs on it enters through its tasks. */
export interface SimNode extends Platform {
  /** Added to the wall clock; may be changed at any time. */
  skewMs: number;
  /** Drops its tasks and timers, now and later. Its code may still be run by a promise: see `through`. */
  crash(): void;
  /** Holds its tasks until `thaw`; timers that fall due meanwhile run then, late. */
  freeze(): void;
  thaw(): void;
  /**
   * The promise as this node sees it: it settles by a task of the node, so never after a crash and late after a
   * freeze. Wrap whatever other machines answer, or dead code goes on behind an await.
   */
  through<T>(promise: Promise<T>): Promise<T>;
}

export interface SimRun {
  /** `quiet`: nobody had anything left to do. */
  end: "until" | "steps" | "quiet";
  steps: number;
}

export interface SimOptions {
  /** A step takes up to so many ms of simulated time: timers also fire while there is work. Default: 0.1. */
  stepMs?: number;
}

/** A world with one seeded scheduler: the same seed and the same code replay byte for byte. */
export interface Sim {
  /** @param skewMs its wall clock against the world's. Default: 0. */
  node(skewMs?: number): SimNode;
  /**
   * Runs ready tasks, one at a time, in an order that the seed picks, all their microtasks included; jumps to the
   * next timer when none is ready.
   * @param stepsMax default: 1,000,000
   */
  run(until: () => boolean, stepsMax?: number): Promise<SimRun>;
  /** [0, 1): for what the world does by chance, such as faults. */
  random(): number;
  /** Simulated ms since the beginning. */
  now(): number;
}

interface Task {
  readonly node: Machine;
  readonly run: () => void;
  cancelled: boolean;
}

interface Timer {
  readonly at: number;
  /** Of equal times the one set first, so that the heap has one order. */
  readonly order: number;
  readonly task: Task;
}

/** Simulated time begins here: 2027-01-01T00:00:00Z. */
const epochMs = 1_798_761_600_000;
const base58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const idChars = 22;

export function createSim(seed: number, { stepMs = 0.1 }: SimOptions = {}): Sim {
  const world = new World(seed, stepMs);
  return {
    node: (skewMs = 0) => new Machine(world, skewMs),
    run: (until, stepsMax = 1_000_000) => world.run(until, stepsMax),
    random: world.random,
    now: () => world.time,
  };
}

class World {
  readonly random: () => number;
  time = 0;
  readonly #stepMs: number;
  readonly #ready: Task[] = [];
  readonly #timers = new Heap<Timer>((a, b) => a.at < b.at || (a.at === b.at && a.order < b.order));
  #order = 0;

  constructor(seed: number, stepMs: number) {
    this.random = createChance(seed);
    this.#stepMs = stepMs;
  }

  ready(task: Task): void {
    this.#ready.push(task);
  }

  after(ms: number, task: Task): void {
    this.#timers.push({ at: this.time + Math.max(0, ms), order: this.#order++, task });
  }

  run(until: () => boolean, stepsMax: number): Promise<SimRun> {
    return new Promise((resolve, reject) => {
      let steps = 0;
      const step = (): void => {
        try {
          const end = until() ? "until" : steps === stepsMax ? "steps" : this.#step() ? null : "quiet";
          if (end !== null) resolve({ end, steps });
          // The one real thing here: only the event loop knows when the microtasks of a step are done.
          else setImmediate(step);
          steps++;
        } catch (error) {
          reject(error);
        }
      };
      setImmediate(step);
    });
  }

  /** @returns false when nobody has anything left to do */
  #step(): boolean {
    if (this.#ready.length > 0) this.time += this.random() * this.#stepMs;
    this.#fire();
    for (;;) {
      const task = this.#pick();
      if (task === null) {
        const next = this.#timers.least;
        if (next === undefined) return false;
        if (!next.task.cancelled) this.time = Math.max(this.time, next.at);
        this.#fire();
      } else if (task.node.running) {
        if (task.cancelled) continue;
        task.run();
        return true;
      } else task.node.submit(task);
    }
  }

  #pick(): Task | null {
    const index = Math.floor(this.random() * this.#ready.length);
    const task = this.#ready[index];
    const last = this.#ready.pop();
    if (task === undefined || last === undefined) return null;
    if (task !== last) this.#ready[index] = last;
    return task;
  }

  /** What is due becomes ready. */
  #fire(): void {
    for (let timer = this.#timers.least; timer !== undefined; timer = this.#timers.least) {
      if (!timer.task.cancelled && timer.at > this.time) return;
      this.#timers.pop();
      if (!timer.task.cancelled) timer.task.node.submit(timer.task);
    }
  }
}

class Machine implements SimNode {
  skewMs: number;
  readonly #world: World;
  #state: "running" | "frozen" | "crashed" = "running";
  #held: Task[] = [];

  constructor(world: World, skewMs: number) {
    this.#world = world;
    this.skewMs = skewMs;
  }

  get running(): boolean {
    return this.#state === "running";
  }

  submit(task: Task): void {
    if (this.#state === "running") this.#world.ready(task);
    else if (this.#state === "frozen") this.#held.push(task);
  }

  now(): number {
    return Math.floor(epochMs + this.#world.time + this.skewMs);
  }

  monotonic(): number {
    return this.#world.time;
  }

  soon(run: () => void): void {
    this.submit({ node: this, run, cancelled: false });
  }

  after(ms: number, run: () => void): () => void {
    const task: Task = { node: this, run, cancelled: false };
    this.#world.after(ms, task);
    return () => {
      task.cancelled = true;
    };
  }

  random(): number {
    return this.#world.random();
  }

  id(): string {
    let id = "";
    while (id.length < idChars) id += base58.charAt(Math.floor(this.#world.random() * base58.length));
    return id;
  }

  crash(): void {
    this.#state = "crashed";
  }

  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    for (const task of this.#held) this.#world.ready(task);
    this.#held = [];
  }

  through<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      promise.then(
        (value) => this.soon(() => resolve(value)),
        (error) => this.soon(() => reject(error)),
      );
    });
  }
}
