/** One round: people talk in new rooms, something goes wrong and is mended, they talk on, fall silent, and all is judged. */
import type { RoomId } from "../../actors/ports.ts";
import { type Command, emptyHistory, type History } from "../../test/sim/check/history.ts";
import type { Violation } from "../../test/sim/check/violation.ts";
import type { Retry } from "../../test/sim/frame-reader.ts";
import type { Arena } from "./arena.ts";
import type { Bot } from "./bots/bot.ts";
import { hostile } from "./bots/hostile.ts";
import { phone } from "./bots/phone.ts";
import { steady } from "./bots/steady.ts";
import { check } from "./check/check.ts";
import { committedOf, headOf } from "./check/committed.ts";
import type { Evidence, Level } from "./check/evidence.ts";
import { longestSilence } from "./check/silence.ts";
import { readDocuments, readLogs, readNodes, showAll } from "./final.ts";
import type { Scenario } from "./scenario.ts";
import type { Stage, StageRoom } from "./stage.ts";
import { noWitness, type Witnessed } from "./witness.ts";

/** Acks before anything goes wrong, and after all is mended: it is a system at work that is hurt, and that recovers. */
const acksAround = 60;
/** From the last fault's end until everybody has everything. The promise is 30 s; a busy machine takes its share. */
const convergedMs = 60_000;
/** A scenario is played again so often until it has seen what it is about. */
const playsMax = 5;
/** Every third is in a train. */
const phoneEvery = 3;

export interface Outcome {
  scenario: Scenario;
  violations: Violation[];
  witnessed: Witnessed;
  operations: number;
  acked: number;
  evidence: Evidence;
  /** What the scenario couldn't do, or what hung. */
  error: string | null;
}

export class Round implements Stage {
  readonly arena: Arena;
  readonly rooms: StageRoom[] = [];
  over = false;
  /** Bytes that a text has, about. */
  textBytes = 40;
  readonly levels: Level[] = [];
  #texts = 0;
  readonly #ending = Promise.withResolvers<void>();

  constructor(arena: Arena) {
    this.arena = arena;
  }

  text(): string {
    return `text ${++this.#texts} ${"·".repeat(this.textBytes / 2)}`;
  }

  pause(ms: number): Promise<void> {
    return Promise.race([Bun.sleep(ms), this.#ending.promise]);
  }

  /** A fault lasts, by the clock: so long in earnest, a part of it in a smoke test. */
  hold(ms: number): Promise<void> {
    return Bun.sleep(ms * this.arena.pace);
  }

  end(): void {
    this.over = true;
    this.#ending.resolve();
  }

  get history(): History {
    return this.arena.recorder.history;
  }

  /** Commands of this round's rooms that were acked. */
  acks(room?: RoomId): Command[] {
    return this.history.commands.filter(
      (command) => command.phase === "ok" && (room === undefined || command.room === room),
    );
  }

  /** Resolves when so many more commands were acked. */
  async acked(count: number): Promise<void> {
    const before = this.acks().length;
    await this.arena.until(`${count} acks more`, () => this.acks().length >= before + count);
  }

  /** Resolves when every room has had an ack of a command that began from now on. */
  async ackedEverywhere(): Promise<void> {
    const since = this.arena.now();
    const fresh = (room: RoomId) => this.acks(room).some(({ invoked }) => invoked >= since);
    await this.arena.until("an ack in every room", () => this.rooms.every(({ id }) => fresh(id)));
  }

  /** A room of these people, which all of them see. */
  async open(members: readonly [Bot, ...Bot[]]): Promise<StageRoom> {
    const [owner, ...others] = members;
    const room = await owner.client.createGroup({
      name: `room ${this.rooms.length}`,
      members: others.map(({ user }) => user),
    });
    const { id } = room;
    await this.arena.until("the new room is everywhere", () =>
      members.every(({ client }) => client.room(id).info().role !== null),
    );
    const made = { id, owner, members };
    this.rooms.push(made);
    return made;
  }
}

export async function playRound(arena: Arena, scenario: Scenario, roomCount: number): Promise<Outcome> {
  arena.recorder.history = emptyHistory();
  arena.faults.length = 0;
  await arena.readAll();
  const before = countsOf(arena);
  const round = new Round(arena);
  let error: string | null = null;
  const failed = (at: string) => (thrown: unknown) => {
    error ??= `${at}: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  };
  let playing: Promise<unknown> = Promise.resolve();
  try {
    for (let i = 0; i < roomCount; i++) await round.open(membersOf(arena, i));
    playing = Promise.all([
      ...arena.bots.map((bot, i) => (i % phoneEvery === 2 ? phone : steady)(bot, round)),
      hostile(arena.stranger, round),
    ]);
    await round.acked(acksAround);
    await played(round, scenario, before);
    await round.acked(acksAround);
  } catch (thrown) {
    failed("while it ran")(thrown);
  }
  const mended = arena.now();
  round.end();
  await playing.catch(failed("a bot"));
  const evidence = await rest(round, mended, scenario).catch((thrown: unknown) => {
    failed("in the end")(thrown);
    return null;
  });
  const { history } = round;
  const left = evidence ?? emptyEvidence(history);
  await arena.readAll();
  const violations = evidence === null ? [] : check(evidence);
  const witnessed = witnessedIn(arena, before);
  return {
    ...{ scenario, violations, witnessed, evidence: left, error },
    operations: history.commands.length,
    acked: round.acks().length,
  };
}

/** A fault that left no trace proves nothing: it comes again. */
async function played(round: Round, scenario: Scenario, before: Counts): Promise<void> {
  for (let times = 0; times < playsMax; times++) {
    await scenario.play(round);
    await round.ackedEverywhere();
    await round.arena.readAll();
    const witnessed = witnessedIn(round.arena, before);
    if (scenario.witnesses.every((name) => witnessed[name] > 0)) return;
  }
}

/** Every room has its owner and every other bot, or all while they are few. */
function membersOf({ bots }: Arena, room: number): [Bot, ...Bot[]] {
  const owner = bots[room % bots.length];
  if (owner === undefined) throw new Error("there are no bots");
  const others = bots.filter((bot, i) => bot !== owner && (bots.length <= 8 || (i + room) % 2 === 0));
  return [owner, ...others];
}

/** Everything that was begun ends, everybody gets everything; then all is read. */
async function rest(round: Round, mended: number, { bounds }: Scenario): Promise<Evidence> {
  const { arena, history } = round;
  const open = () => arena.bots.flatMap((bot) => bot.unfinished);
  await arena.until("everything that was begun ends", () => open().length === 0).catch(() => {});
  history.hanging.push(...open());
  const ids = round.rooms.map(({ id }) => id);
  const logs = await readLogs(arena.cluster.nats.url, ids);
  const heads = new Map([...logs].map(([room, records]) => [room, headOf(records)]));
  const end = mended + convergedMs;
  const late: string[] = [];
  history.shown = await showAll(round.rooms, heads, (lack) => {
    if (arena.now() <= end) return true;
    late.push(lack);
    return false;
  });
  const converged = late.length === 0 ? arena.now() - mended : null;
  await readNodes(arena, round.rooms);
  const documents = await readDocuments(arena, heads);
  history.logs = committedOf(logs, history, { now: arena.now(), offset: Date.now() - arena.now() });
  history.wayMs = 30_000;
  return {
    ...{ history, documents, levels: round.levels, convergedMs: converged, late },
    silenceMs: longestSilence(history.commands),
    bounds: { convergedMs, silenceMs: bounds.silenceMs },
  };
}

function emptyEvidence(history: History): Evidence {
  const bounds = { convergedMs: 0, silenceMs: 0 };
  return { history, documents: [], levels: [], convergedMs: null, late: [], silenceMs: 0, bounds };
}

const counted = {
  fenced: 'starling_log_appends_total{result="fenced"}',
  holes: "starling_feed_holes_total",
} as const;

type Counts = ReturnType<typeof countsOf>;

function countsOf(arena: Arena) {
  const sum = (of: (bot: Bot) => number) => arena.bots.reduce((total, bot) => total + of(bot), 0);
  return {
    fenced: arena.meter.total(counted.fenced),
    holes: arena.meter.total(counted.holes),
    moves: sum(({ moves }) => moves),
    repeats: arena.tampering.counts.doubled + sum(({ reader }) => reader?.repeats ?? 0),
    ownerChanges: arena.ownerChanges,
  };
}

function witnessedIn(arena: Arena, before: Counts): Witnessed {
  const after = countsOf(arena);
  const here = new Set(arena.recorder.history.commands);
  const retries = arena.bots
    .flatMap(({ reader }) => [...(reader?.retries.values() ?? [])])
    .filter(({ command }) => here.has(command));
  return {
    ...noWitness(),
    ownerChanges: after.ownerChanges - before.ownerChanges,
    fenced: after.fenced - before.fenced,
    resolved: retries.filter(({ command }) => command.phase !== "info").length,
    gaps: after.holes - before.holes,
    duplicates: after.repeats - before.repeats + retries.filter((retry) => hadLanded(arena, retry)).length,
    moves: after.moves - before.moves,
  };
}

/** It lay in the log when it was sent again: the server knew its cid. */
function hadLanded({ recorder }: Arena, { command, tried }: Retry): boolean {
  if (command.phase !== "ok") return false;
  const log = recorder.history.logs.find(({ room }) => room === command.room);
  const record = log?.records.find(
    ({ from, lines }) => from <= command.seq && command.seq < from + lines.length,
  );
  return record !== undefined && record.t < tried;
}
