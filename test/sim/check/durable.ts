/** C1–C4 and C10: what was acknowledged, what landed, how often, and in which order. */
import type { Command, History } from "./history.ts";
import type { Line, Truth } from "./truth.ts";
import type { Report } from "./violation.ts";

export function checkDurable({ commands }: History, truth: Truth, report: Report): void {
  const here = commands.filter(({ room }) => room === truth.room);
  checkLog(truth, report);
  checkAcks(here, truth, report);
  checkOnce(truth, report);
  checkOrigins(here, truth, report);
  checkRealTime(here, truth, report);
}

/** The words in which a line and the command that made it say the same. */
export function bodyOf({
  kind,
  text,
  re,
  target,
  key,
  on,
  user,
  name,
  role,
  history,
  join,
}: Line["event"]): string {
  switch (kind) {
    case "posted":
      return `posted ${text} ${re ?? "-"}`;
    case "edited":
      return `edited ${target} ${text}`;
    case "deleted":
      return `deleted ${target}`;
    case "reacted":
      return `reacted ${target} ${key} ${on}`;
    case "renamed":
      return `renamed ${name}`;
    case "history":
      return `history ${history}`;
    case "access":
      return `access ${join}`;
    case "role":
      return `role ${user} ${role}`;
    case "joined":
    case "left":
    case "created":
      return kind;
    default:
      return `${kind} ${user}`;
  }
}

/** C4: seqs 1..n as written, time that never falls, posts counted. */
function checkLog(truth: Truth, report: Report): void {
  let at = 0;
  let ord = 0;
  for (const { seq, event } of truth.lines) {
    if (event.seq !== seq) report("C4", `${truth.room}: seq ${event.seq} stands at ${seq}`);
    if (event.at < at) report("C4", `${truth.room}: at falls at ${seq}`);
    at = event.at;
    if (event.kind === "posted") ord++;
    if (event.ord !== ord) report("C4", `${truth.room}: ord ${event.ord} at ${seq}, ${ord} posts`);
  }
}

/** C1: what was acked is there, the same command at that very place. */
function checkAcks(commands: readonly Command[], truth: Truth, report: Report): void {
  for (const command of commands) {
    if (command.phase !== "ok") continue;
    const { seq, n, cid, user } = command;
    const line = truth.line(seq);
    const lost = line === undefined || line.cid !== cid || line.by !== user || line.n !== n;
    if (lost) report("C1", `${command.op} ${cid} was acked at ${seq}, where is ${line?.cid ?? "nothing"}`);
    else if (!says(truth, line, command)) report("C1", `${command.op} ${cid} at ${seq} says something else`);
  }
}

/** The events of a command say what it said. */
function says(truth: Truth, line: Line, { body, op }: Command): boolean {
  const events = truth.lines.slice(line.seq - 1, line.seq - 1 + line.n).map(({ event }) => event);
  if (op === "room.add")
    return events.every(({ kind, user }) => kind === "added" && body.includes(user ?? "?"));
  const last = events.at(-1);
  // A direct room is made by its first message.
  return last !== undefined && bodyOf(last) === body;
}

/** C2: a cid has at most one outcome. */
function checkOnce(truth: Truth, report: Report): void {
  const landed = new Map<string, number>();
  for (const { by, cid, seq } of truth.lines) {
    if (cid === null) continue;
    const before = landed.get(`${by} ${cid}`);
    if (before !== undefined) report("C2", `${cid} landed at ${before} and at ${seq}`);
    landed.set(`${by} ${cid}`, seq);
  }
  for (const { by, cid } of truth.closed) {
    const seq = landed.get(`${by} ${cid}`);
    if (seq !== undefined) report("C2", `${cid} was closed, and is at ${seq}`);
  }
}

/** C3: everything in the log was asked for by somebody who wasn't told no. */
function checkOrigins(commands: readonly Command[], truth: Truth, report: Report): void {
  const byCid = Map.groupBy(commands, ({ user, cid }) => `${user} ${cid}`);
  let covered = 0;
  for (const line of truth.lines) {
    const { seq, cid, by, n } = line;
    if (cid === null) {
      if (seq > covered) report("C3", `${truth.room}: nobody asked for ${seq}`);
      continue;
    }
    covered = seq + n - 1;
    const asked = (byCid.get(`${by} ${cid}`) ?? []).filter((command) => says(truth, line, command));
    if (asked.length === 0) report("C3", `${truth.room}: nobody asked for ${cid} at ${seq}`);
    else if (asked.every(({ phase }) => phase === "fail")) {
      report("C3", `${cid} was refused (${asked[0]?.code}), and is at ${seq}`);
    }
  }
  for (const { by, cid } of truth.closed) {
    const asked = byCid.get(`${by} ${cid}`) ?? [];
    if (asked.length === 0) report("C3", `${truth.room}: nobody asked for the closed ${cid}`);
    if (asked.some(({ phase }) => phase === "ok")) report("C3", `${cid} was acked, and is closed`);
  }
}

/** C10: what was acked before something else was begun lies below it. One sweep over time. */
function checkRealTime(commands: readonly Command[], truth: Truth, report: Report): void {
  const acks = commands
    .filter(({ phase }) => phase === "ok")
    .sort((a, b) => (a.answered ?? 0) - (b.answered ?? 0));
  const placed = new Map(truth.lines.map(({ by, cid, seq }) => [`${by} ${cid}`, seq]));
  let next = 0;
  let highest = 0;
  const begun = new Set<string>();
  for (const command of [...commands].sort((a, b) => a.invoked - b.invoked)) {
    for (let ack = acks[next]; ack !== undefined && (ack.answered ?? 0) < command.invoked; ack = acks[next]) {
      highest = Math.max(highest, ack.seq);
      next++;
    }
    const key = `${command.user} ${command.cid}`;
    const seq = placed.get(key);
    // A cid that is sent once more, with another body, is begun only once.
    if (seq === undefined || begun.has(key)) continue;
    begun.add(key);
    if (seq <= highest)
      report("C10", `${command.cid} was begun after ${highest} was acked, and is at ${seq}`);
  }
}
