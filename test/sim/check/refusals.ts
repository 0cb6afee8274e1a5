/** Whether a refusal was true at some moment between question and answer. */
import type { Seq } from "../../../actors/ports.ts";
import type { Command } from "./history.ts";
import type { Truth } from "./truth.ts";

/** What a refusal needs to be true after some seq; codes and operations that aren't here aren't judged. */
const needs: Record<string, (truth: Truth, command: Command, seq: Seq) => boolean> = {
  "room.post not-found": (truth, { user }, seq) => truth.standing(user, seq).role === null,
  "room.post banned": (truth, { user }, seq) => truth.standing(user, seq).banned,
  "room.post forbidden": () => false,
  "room.leave not-found": (truth, { user }, seq) => truth.standing(user, seq).role === null,
  "room.leave forbidden": (truth, { user }, seq) => truth.standing(user, seq).role === "owner",
  "room.join unchanged": (truth, { user }, seq) => truth.standing(user, seq).role !== null,
  "room.join banned": (truth, { user }, seq) => truth.standing(user, seq).banned,
  "room.join not-found": (truth, _, seq) => truth.joinRule(seq) === "closed",
  "room.rename not-found": (truth, { user }, seq) => truth.standing(user, seq).role === null,
  "room.rename forbidden": (truth, { user }, seq) => !isAdmin(truth.standing(user, seq).role),
  "room.setHistory forbidden": (truth, { user }, seq) => !isAdmin(truth.standing(user, seq).role),
};

function isAdmin(role: string | null): boolean {
  return role === "owner" || role === "admin";
}

export function refusalFits(command: Command, truth: Truth): boolean {
  const fits = needs[`${command.op} ${command.code}`];
  if (fits === undefined) return true;
  const from = truth.headAt(command.invoked);
  const to = truth.highestAt(command.answered ?? Number.POSITIVE_INFINITY);
  for (let seq = from; seq <= to; seq++) if (fits(truth, command, seq)) return true;
  return false;
}
