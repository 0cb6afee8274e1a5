import { limits } from "../limits.ts";
import type { Behavior } from "./behavior.ts";
import { Caller } from "./caller.ts";
import { Envelope } from "./envelope.ts";
import { type Failure, Interrupted, overloaded, stopped, unavailable } from "./failure.ts";
import { Incarnation, type Owner } from "./incarnation.ts";
import type { Kind } from "./kind.ts";
import type { Link } from "./list.ts";
import { type Admission, Mailbox } from "./mailbox.ts";
import type { Phase, Reason } from "./probe.ts";
import { Setbacks } from "./setbacks.ts";

/**
 * The place of one (kind, id) in memory: its mailbox, its current incarnation, and what is remembered of the
 * crashes of earlier ones. Runs at most one turn at a time; a turn is the whole handler, awaits included.
 */
export class Cell<Message, Reply> implements Link<Cell<Message, Reply>>, Owner<Message, Reply> {
  prev: Cell<Message, Reply> | null = null;
  next: Cell<Message, Reply> | null = null;
  readonly id: string;
  idleSince = 0;
  readonly #kind: Kind<Message, Reply>;
  readonly #mailbox: Mailbox<Message, Reply>;
  #phase: Phase = "asleep";
  #incarnation: Incarnation<Message, Reply> | null = null;
  #behavior: Behavior<Message, Reply> | null = null;
  /** What the running turn works on; null between turns. */
  #batch: readonly Envelope<Message, Reply>[] | null = null;
  /** In the kind's list of idle ones. */
  #resting = false;
  #scheduled = false;
  /** Turns of the current slice. */
  #turns = 0;
  /** Why the incarnation ends after its turn, if it does. */
  #leaving: Reason | null = null;
  #evictions: (() => void)[] | null = null;
  #setbacks: Setbacks | null = null;

  constructor(kind: Kind<Message, Reply>, id: string) {
    this.#kind = kind;
    this.id = id;
    this.#mailbox = new Mailbox(kind.definition.capacity);
  }

  tell(message: Message, key: string | undefined): Admission {
    let admission: Admission = "rejected";
    if (this.#refusal() === null) {
      const envelope = new Envelope<Message, Reply>(message, key ?? null, this.#stamp());
      admission = this.#mailbox.push(envelope, this.#kind.overflow(message));
    }
    this.#kind.world.probe?.admitted(this.#kind.name, admission, this.#mailbox.depth);
    this.#wake();
    return admission;
  }

  ask(message: Message, timeoutMs: number): Promise<Reply | Failure> {
    let refusal = this.#refusal();
    const envelope = new Envelope<Message, Reply>(message, null, this.#stamp());
    if (refusal === null && this.#mailbox.push(envelope, "reject") === "rejected") refusal = overloaded;
    const admission = refusal === null ? "accepted" : "rejected";
    this.#kind.world.probe?.admitted(this.#kind.name, admission, this.#mailbox.depth);
    if (refusal !== null) return Promise.resolve(refusal);
    return new Promise((resolve) => {
      envelope.caller = new Caller(resolve, () => this.#expire(envelope));
      this.#kind.world.deadlines.add(envelope.caller, timeoutMs);
      this.#wake();
    });
  }

  /** Starts it without mail: somebody will write soon. */
  warm(): void {
    if (this.#phase !== "asleep" || this.#refusal() !== null) return;
    this.#rouse();
    this.#activate();
  }

  deliver(envelope: Envelope<Message, Reply>): void {
    envelope.at = this.#stamp();
    this.#mailbox.put(envelope);
    this.#wake();
  }

  withdraw(envelope: Envelope<Message, Reply>): void {
    this.#mailbox.remove(envelope);
  }

  leave(): void {
    this.#leaving ??= "left";
    if (this.#phase === "running" && this.#batch === null) this.#schedule();
  }

  /** @returns false if it is busy and stays */
  dismiss(reason: "idle" | "cap"): boolean {
    if (this.#phase === "quarantined" && this.#refusal() !== null) return false;
    if (this.#behavior?.busy?.() === true) return false;
    this.#rouse();
    if (this.#phase === "running") this.#stop(reason);
    else this.#kind.forget(this);
    return true;
  }

  evict(): Promise<void> {
    if (this.#incarnation === null) {
      this.#setbacks?.endBackoff();
      this.#setbacks = null;
      this.#rouse();
      this.#vacate("evicted");
      return Promise.resolve();
    }
    this.#leaving ??= "evicted";
    if (this.#phase === "running" && this.#batch === null) this.#schedule();
    return new Promise((resolve) => {
      this.#evictions ??= [];
      this.#evictions.push(resolve);
    });
  }

  /** The kind is closed: goes as soon as its mailbox is empty. */
  drain(): void {
    if (this.#phase === "backoff") this.#abort();
    else if (this.#resting) {
      this.#rouse();
      if (this.#phase === "running") this.#stop("stopped");
      else this.#kind.forget(this);
    }
  }

  /** Ends now. What a turn has in hand may or may not happen. */
  abandon(): void {
    this.#rouse();
    for (const envelope of this.#batch ?? []) envelope.reply({ failure: "unknown" });
    if (this.#incarnation !== null) this.#discard(this.#incarnation);
    this.#abort();
  }

  /** Called when there is room among those that start. */
  recover(): void {
    const { recoveries } = this.#kind.world;
    const incarnation = this.#incarnation;
    const started = (): void => {
      recoveries.leave();
      if (incarnation !== null) this.#started(incarnation);
    };
    const failed = (error: unknown): void => {
      recoveries.leave();
      if (incarnation !== null) this.#fail(incarnation, error);
    };
    try {
      const starting = this.#behavior?.start?.();
      if (starting === undefined) started();
      else starting.then(started, failed);
    } catch (error) {
      failed(error);
    }
  }

  #activate(): void {
    this.#enter("starting", "demand");
    const incarnation = new Incarnation<Message, Reply>(this, this.#kind.world.platform);
    this.#incarnation = incarnation;
    try {
      this.#behavior = this.#kind.definition.create(this.id, incarnation);
    } catch (error) {
      this.#fail(incarnation, error);
      return;
    }
    if (this.#behavior.start === undefined) this.#started(incarnation);
    else this.#kind.world.recoveries.enter(this);
  }

  #started(incarnation: Incarnation<Message, Reply>): void {
    if (incarnation !== this.#incarnation) return;
    this.#enter("running", "started");
    this.#schedule();
  }

  #wake(): void {
    if (this.#mailbox.depth === 0) return;
    if (this.#phase === "running") {
      if (this.#batch === null) this.#schedule();
    } else if (this.#phase === "asleep") {
      this.#rouse();
      this.#activate();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#rouse();
    this.#scheduled = true;
    this.#kind.world.platform.soon(() => {
      this.#scheduled = false;
      this.#turns = 0;
      this.#work();
    });
  }

  /** Turns until there is nothing to do, the slice is over, or a turn awaits something. */
  #work(): void {
    while (this.#phase === "running" && this.#batch === null) {
      const { depth } = this.#mailbox;
      if (this.#leaving === null && depth > 0 && this.#turns++ < limits.sliceTurnsMax) {
        this.#turn();
        continue;
      }
      if (this.#leaving !== null) this.#stop(this.#leaving);
      else if (depth > 0) this.#schedule();
      else if (this.#kind.closed) this.#stop("stopped");
      else this.#rest();
      return;
    }
  }

  #turn(): void {
    const incarnation = this.#incarnation;
    if (incarnation === null || this.#behavior === null) return;
    const batch = this.#kind.scratch;
    this.#mailbox.take(batch, this.#kind.batchMax);
    this.#batch = batch;
    const began = this.#stamp();
    const failed = (error: unknown): void => {
      this.#observe(batch, began, false);
      this.#fail(incarnation, error);
    };
    try {
      const running = this.#behavior.turn(batch);
      if (running !== undefined) {
        this.#kind.scratch = [];
        running.then(() => {
          this.#turned(incarnation, batch, began);
          this.#work();
        }, failed);
        return;
      }
      this.#turned(incarnation, batch, began);
    } catch (error) {
      failed(error);
    }
    batch.length = 0;
  }

  #turned(
    incarnation: Incarnation<Message, Reply>,
    batch: readonly Envelope<Message, Reply>[],
    began: number,
  ): void {
    if (incarnation !== this.#incarnation) return;
    const answered = batch.every((envelope) => envelope.answered);
    this.#observe(batch, began, answered);
    if (answered) {
      this.#batch = null;
      this.#setbacks?.recovered();
    } else this.#fail(incarnation, new Error(`a turn of ${this.#kind.name} left an ask unanswered`));
  }

  #stop(reason: Reason): void {
    const incarnation = this.#incarnation;
    if (incarnation === null) return;
    this.#enter("stopping", reason);
    const gone = (): void => {
      if (incarnation !== this.#incarnation) return;
      this.#discard(incarnation);
      this.#vacate(reason);
    };
    const failed = (error: unknown): void => {
      this.#kind.world.probe?.failed(this.#kind.name, error);
      gone();
    };
    try {
      const stopping = this.#behavior?.stop?.();
      if (stopping === undefined) gone();
      else stopping.then(gone, failed);
    } catch (error) {
      failed(error);
    }
  }

  /** The incarnation failed: its batch fails with it, the rest of the mail waits for the next one. */
  #fail(incarnation: Incarnation<Message, Reply>, error: unknown): void {
    if (incarnation !== this.#incarnation) return;
    const interrupted = error instanceof Interrupted;
    this.#kind.world.probe?.failed(this.#kind.name, error);
    const failure: Failure = interrupted ? unavailable : { failure: "crashed" };
    for (const envelope of this.#batch ?? []) envelope.reply(failure);
    this.#discard(incarnation);
    if (this.#kind.closed) this.#abort();
    else {
      this.#setbacks ??= new Setbacks(this.#kind.world.platform, this.#kind.restart);
      if (!interrupted && this.#setbacks.crashed()) this.#quarantine(this.#setbacks);
      else this.#backOff(this.#setbacks, interrupted ? "interrupted" : "crashed");
    }
  }

  #backOff(setbacks: Setbacks, reason: Reason): void {
    this.#enter("backoff", reason);
    setbacks.backOff(() => {
      this.#enter("asleep", reason);
      if (this.#mailbox.depth > 0) this.#activate();
      else this.#rest();
    });
  }

  #quarantine(setbacks: Setbacks): void {
    const { quarantineMs } = this.#kind;
    this.#enter("quarantined", "crashed");
    setbacks.quarantine(quarantineMs);
    this.#refuseMail({ failure: "quarantined", retryAfterMs: quarantineMs });
    this.#rest();
  }

  /** Ends a quarantine that is over: nobody sets a timer for that. */
  #refusal(): Failure | null {
    if (this.#kind.closed) return stopped;
    if (this.#phase !== "quarantined") return null;
    const left = this.#setbacks?.quarantineLeft ?? 0;
    if (left > 0) return { failure: "quarantined", retryAfterMs: Math.ceil(left) };
    this.#enter("asleep", "crashed");
    return null;
  }

  #expire(envelope: Envelope<Message, Reply>): void {
    if (envelope.queued) {
      this.#mailbox.remove(envelope);
      envelope.reply(this.#phase === "running" ? overloaded : unavailable);
    } else envelope.reply({ failure: "timeout" });
  }

  /** Nothing of the incarnation reaches anybody from here on. */
  #discard(incarnation: Incarnation<Message, Reply>): void {
    const behavior = this.#behavior;
    this.#incarnation = null;
    this.#behavior = null;
    this.#batch = null;
    this.#leaving = null;
    if (incarnation.end()) this.#mailbox.removeTimed();
    try {
      behavior?.release?.();
    } catch (error) {
      this.#kind.world.probe?.failed(this.#kind.name, error);
    }
    for (const evicted of this.#evictions ?? []) evicted();
    this.#evictions = null;
  }

  /** Without incarnation and not to blame: the next one if there is mail, else nothing. */
  #vacate(reason: Reason): void {
    this.#enter("asleep", reason);
    if (this.#mailbox.depth > 0) this.#activate();
    else this.#kind.forget(this);
  }

  #abort(): void {
    this.#setbacks?.endBackoff();
    this.#refuseMail(stopped);
    this.#enter("asleep", "stopped");
    this.#kind.forget(this);
  }

  #refuseMail(failure: Failure): void {
    const mail: Envelope<Message, Reply>[] = [];
    this.#mailbox.take(mail, this.#mailbox.depth);
    for (const envelope of mail) envelope.reply(failure);
  }

  #rest(): void {
    this.#resting = true;
    this.idleSince = this.#kind.world.platform.monotonic();
    this.#kind.rest(this);
  }

  #rouse(): void {
    if (!this.#resting) return;
    this.#resting = false;
    this.#kind.rouse(this);
  }

  #enter(to: Phase, reason: Reason): void {
    const from = this.#phase;
    this.#phase = to;
    this.#kind.world.probe?.changed(this.#kind.name, from, to, reason);
  }

  /** Read the clock only for somebody who looks. */
  #stamp(): number {
    return this.#kind.world.probe === null ? 0 : this.#kind.world.platform.monotonic();
  }

  #observe(batch: readonly Envelope<Message, Reply>[], began: number, ok: boolean): void {
    const { probe, platform } = this.#kind.world;
    const first = batch[0];
    if (probe === null || first === undefined) return;
    probe.turned(this.#kind.name, batch.length, began - first.at, platform.monotonic() - began, ok);
  }
}
