import { limits } from "../limits.ts";
import type { Definition } from "./behavior.ts";
import { Deadlines } from "./deadlines.ts";
import { Kind, type World } from "./kind.ts";
import type { Platform } from "./platform.ts";
import type { Probe } from "./probe.ts";
import { Recoveries } from "./recoveries.ts";
import { type Ref, refTo } from "./ref.ts";

export interface SystemOptions {
  platform: Platform;
  /** Default: nobody looks, and nothing is measured. */
  probe?: Probe;
  /** Actors that run `start` at once. Default: limits.recoveriesMax. */
  recoveriesMax?: number;
}

/** The actors of one process. */
export interface System extends AsyncDisposable {
  define<Message, Reply>(definition: Definition<Message, Reply>): Kind<Message, Reply>;
  ref<Message, Reply>(kind: Kind<Message, Reply>, id: string): Ref<Message, Reply>;
  /** Ends the incarnation after its turn, and its quarantine; queued mail starts the next one. */
  evict<Message, Reply>(kind: Kind<Message, Reply>, id: string): Promise<void>;
  /**
   * Kinds stop in the reverse order of their definition: each refuses new mail, works off what is queued, stops
   * its actors. What isn't done by the deadline is abandoned: queued asks get `stopped`, those in a turn `unknown`.
   * @param deadlineMs default: limits.drainMs
   */
  stop(deadlineMs?: number): Promise<void>;
}

/** Any kind: the system needs nothing of its messages. */
type AnyKind = Pick<Kind<never, never>, "sweep" | "drain" | "abandon" | "idleMs">;

export function createSystem({ platform, probe, recoveriesMax }: SystemOptions): System {
  const kinds: AnyKind[] = [];
  const sweeper = createSweeper(platform, kinds);
  const world: World = {
    platform,
    probe: probe ?? null,
    deadlines: new Deadlines(platform),
    recoveries: new Recoveries(recoveriesMax ?? limits.recoveriesMax),
    expectSweep: sweeper.expect,
  };
  let stopping: Promise<void> | null = null;

  async function drain(deadlineMs: number): Promise<void> {
    let late = false;
    const deadline = Promise.withResolvers<void>();
    const cancel = platform.after(deadlineMs, () => {
      late = true;
      deadline.resolve();
    });
    for (const kind of kinds.toReversed()) {
      if (!late) await Promise.race([kind.drain(), deadline.promise]);
      if (late) kind.abandon();
    }
    cancel();
    sweeper.stop();
    world.deadlines.stop();
  }

  const stop = (deadlineMs: number = limits.drainMs): Promise<void> => {
    stopping ??= drain(deadlineMs);
    return stopping;
  };
  return {
    define(definition) {
      const kind = new Kind(world, definition);
      kinds.push(kind);
      return kind;
    },
    ref: refTo,
    evict: (kind, id) => kind.evict(id),
    stop,
    [Symbol.asyncDispose]: () => stop(),
  };
}

/** One timer for the idleness of all actors; none while nobody is idle. */
function createSweeper(platform: Platform, kinds: readonly AnyKind[]) {
  let due = Number.POSITIVE_INFINITY;
  let cancel = (): void => {};

  /** Not too often: an actor may live an eighth longer than `idleMs`. */
  const arm = (delayMs: number): void => {
    const at = platform.monotonic() + delayMs;
    if (at >= due) return;
    cancel();
    due = at;
    cancel = platform.after(delayMs, sweep);
  };
  const sweep = (): void => {
    due = Number.POSITIVE_INFINITY;
    for (const kind of kinds) {
      const leftMs = kind.sweep(platform.monotonic());
      // Nothing left to wait for means that the sweep was cut short: go on after others had the loop.
      if (leftMs < Number.POSITIVE_INFINITY) arm(leftMs === 0 ? 1 : Math.max(leftMs, kind.idleMs / 8));
    }
  };
  return { expect: arm, stop: () => cancel() };
}
