import { limits } from "../limits.ts";
import { Fenced, Unavailable, UnknownOutcome } from "../ports.ts";
import type { Behavior, Context } from "./behavior.ts";
import type { Envelope } from "./envelope.ts";
import { Interrupted } from "./failure.ts";

/** An actor whose truth is a log. */
export interface Sourced<Command, Reply, State, Draft> {
  /** @throws Unavailable | UnknownOutcome: back off and try again. Anything else is a crash. */
  recover(id: string): Promise<{ state: State; position: number }>;
  /** The turn may mutate the state in place: a failed append discards the incarnation. */
  open(state: State, now: number): Turn<Command, Reply, Draft>;
  /** @throws Fenced | Unavailable | UnknownOutcome */
  append(id: string, expected: number, draft: Draft): Promise<number>;
  /** False: somebody else wrote. Throws when nobody can tell; then the replies are released all the same. */
  verify(id: string, position: number): Promise<boolean>;
  /** After the replies, e.g. to schedule a snapshot. Must not throw. */
  committed?(id: string, state: State, position: number): void;
}

/** Decides commands one after the other, each on what the ones before it led to. */
export interface Turn<Command, Reply, Draft> {
  decide(command: Command): Decided<Reply> | "full";
  /** What all decisions so far write; null: nothing. */
  draft(): Draft | null;
}

/**
 * `needs`: what must be sure before the reply leaves. `nothing`: it is true of any state, and leaves at once.
 * `verify`: it is true if nobody else wrote. `append`: it is true once the draft is in the log.
 * "full": the record can't take this command; it opens the next one.
 */
export interface Decided<Reply> {
  reply: Reply;
  needs: "nothing" | "verify" | "append";
}

/** Replies that wait for the log, and what wasn't decided yet. */
interface Round<Command, Reply, Draft> {
  held: { envelope: Envelope<Command, Reply>; decided: Decided<Reply> }[];
  rest: readonly Envelope<Command, Reply>[];
  draft: Draft | null;
}

/** Group commit behind an output gate: decide a batch, make one append, and only then reply. */
export function eventSourced<Command, Reply, State, Draft>(
  source: Sourced<Command, Reply, State, Draft>,
): (id: string, context: Context<Command>) => Behavior<Command, Reply> {
  return (id, context) => {
    const actor = new EventSourced(source, id, context);
    return {
      start: async () => {
        await actor.load();
      },
      turn: (batch) => actor.turn(batch),
    };
  };
}

class EventSourced<Command, Reply, State, Draft> {
  readonly #source: Sourced<Command, Reply, State, Draft>;
  readonly #id: string;
  readonly #context: Context<Command>;
  #loaded: { state: State; position: number } | null = null;

  constructor(source: Sourced<Command, Reply, State, Draft>, id: string, context: Context<Command>) {
    this.#source = source;
    this.#id = id;
    this.#context = context;
  }

  async load(): Promise<{ state: State; position: number }> {
    try {
      this.#loaded = await this.#source.recover(this.#id);
      return this.#loaded;
    } catch (error) {
      throw isAway(error) ? new Interrupted("can't recover", { cause: error }) : error;
    }
  }

  async turn(batch: readonly Envelope<Command, Reply>[]): Promise<void> {
    let mail = batch;
    let behind = 0;
    while (mail.length > 0) {
      const loaded = this.#loaded ?? (await this.load());
      const round = this.#decide(loaded.state, mail);
      if (await this.#commit(loaded, round)) {
        mail = round.rest;
        behind = 0;
        continue;
      }
      // Somebody else wrote: what we decided was about an old state.
      this.#loaded = null;
      mail = [...round.held.map(({ envelope }) => envelope), ...round.rest];
      if (++behind <= limits.decideAgainMax) continue;
      for (const envelope of mail) envelope.reply({ failure: "moved" });
      return;
    }
  }

  #decide(state: State, mail: readonly Envelope<Command, Reply>[]): Round<Command, Reply, Draft> {
    const turn = this.#source.open(state, this.#context.platform.now());
    const held: Round<Command, Reply, Draft>["held"] = [];
    let count = 0;
    for (const envelope of mail) {
      const decided = turn.decide(envelope.message);
      if (decided === "full") break;
      count++;
      if (decided.needs === "nothing") envelope.reply(decided.reply);
      else held.push({ envelope, decided });
    }
    if (count === 0) throw new Error("a command doesn't fit an empty record");
    return { held, rest: mail.slice(count), draft: turn.draft() };
  }

  /** @returns false if somebody else wrote; then nothing was released */
  async #commit(
    loaded: { state: State; position: number },
    { held, draft }: Round<Command, Reply, Draft>,
  ): Promise<boolean> {
    if (draft === null) {
      if (held.some(({ decided }) => decided.needs === "append"))
        throw new Error("a reply needs an append of nothing");
      if (held.length > 0 && !(await this.#verify(loaded.position))) return false;
    } else {
      try {
        loaded.position = await this.#source.append(this.#id, loaded.position, draft);
      } catch (error) {
        if (error instanceof Fenced) return false;
        // Definite: whoever waits in this turn gets `unavailable` as it ends.
        if (error instanceof Unavailable) throw new Interrupted("can't append", { cause: error });
        for (const { envelope } of held) envelope.reply({ failure: "unknown" });
        throw isAway(error) ? new Interrupted("append without answer", { cause: error }) : error;
      }
    }
    for (const { envelope, decided } of held) envelope.reply(decided.reply);
    if (draft !== null) this.#source.committed?.(this.#id, loaded.state, loaded.position);
    return true;
  }

  /** A refusal is a read, and the fence doesn't see reads. */
  async #verify(position: number): Promise<boolean> {
    try {
      return await this.#source.verify(this.#id, position);
    } catch {
      return true;
    }
  }
}

function isAway(error: unknown): boolean {
  return error instanceof Unavailable || error instanceof UnknownOutcome;
}
