/**
 * What nodes say to each other on `node.<id>`, and how it is read. A node may be older or newer than its neighbour, and the bus
 * may carry anything: what isn't understood to the last field is nobody's command, since a field that is skipped changes it.
 */

import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { Json, RoomId } from "../../actors/ports.ts";
import type { Refusal, RoomAction, RoomCommand, RoomReply } from "../../actors/room/commands.ts";
import { type ErrorCode, errors } from "../../actors/room/errors.ts";
import type { Failure, FailureCode } from "../../actors/runtime/failure.ts";
import { cid, count, history, id, join, role } from "../operations/fields.ts";

export type Letter =
  | { t: "command"; room: RoomId; timeoutMs: number; command: RoomCommand }
  /** Rooms that will be asked for here soon. */
  | { t: "warm"; rooms: RoomId[] }
  /** Is anybody there? */
  | { t: "ping" };

export type Answer =
  | RoomReply
  | Failure
  /** To a ping. */
  | { here: true }
  /** Not by this node, and nothing was done: it leaves, or doesn't understand. Ask the next one. */
  | { pass: "leaving" | "foreign" };

const ids = v.array(id);

const codes = Object.keys(errors) as ErrorCode[];
const refusal: v.GenericSchema<unknown, Refusal> = v.strictObject({
  code: v.picklist(codes),
  message: v.string(),
  field: v.exactOptional(v.string()),
  bound: v.exactOptional(v.number()),
  retryAfterMs: v.exactOptional(v.number()),
  now: v.exactOptional(v.number()),
});

const fact = v.strictObject({
  seq: count,
  by: v.string(),
  is: v.picklist(["post", "tombstone", "other", "absent"]),
  asOf: count,
});

function action<const Do extends RoomAction["do"], const Entries extends v.ObjectEntries>(
  name: Do,
  entries: Entries,
) {
  return v.strictObject({
    ...entries,
    do: v.literal(name),
    by: id,
    cid,
    hash: v.string(),
    origin: v.nullable(v.string()),
    again: v.boolean(),
    deny: v.exactOptional(refusal),
    looked: v.exactOptional(count),
  });
}

const text = v.string();
const mentions = v.exactOptional(ids);

/** A command that is forgotten here doesn't compile. */
const actions = {
  create: action("create", { epoch: text, name: text, about: text, history, join, members: ids }),
  post: action("post", {
    text,
    mentions,
    re: v.exactOptional(count),
    pair: v.exactOptional(v.strictTuple([id, id])),
    epoch: v.exactOptional(text),
  }),
  edit: action("edit", { target: fact, text, mentions }),
  delete: action("delete", { target: fact }),
  react: action("react", { target: fact, key: text, on: v.boolean() }),
  join: action("join", {}),
  leave: action("leave", {}),
  add: action("add", { users: ids }),
  remove: action("remove", { user: id }),
  ban: action("ban", { user: id }),
  unban: action("unban", { user: id }),
  role: action("role", { user: id, role }),
  transfer: action("transfer", { user: id }),
  rename: action("rename", { name: text }),
  describe: action("describe", { about: text }),
  history: action("history", { history }),
  access: action("access", { join }),
  landed: action("landed", {}),
} satisfies { [Do in RoomAction["do"]]: v.GenericSchema<unknown, Extract<RoomCommand, { do: Do }>> };

const letter: v.GenericSchema<unknown, Letter> = v.variant("t", [
  v.strictObject({
    t: v.literal("command"),
    room: id,
    timeoutMs: v.pipe(v.number(), v.minValue(0), v.maxValue(limits.askTimeoutMs)),
    command: v.variant("do", Object.values(actions)),
  }),
  v.strictObject({ t: v.literal("warm"), rooms: v.pipe(ids, v.maxLength(limits.warmMax)) }),
  v.strictObject({ t: v.literal("ping") }),
]);

const failures: Record<FailureCode, true> = {
  overloaded: true,
  timeout: true,
  crashed: true,
  moved: true,
  unknown: true,
  unavailable: true,
  quarantined: true,
  stopped: true,
};

const answer: v.GenericSchema<unknown, Answer> = v.union([
  v.strictObject({ ok: v.strictObject({ seq: count, n: count, at: v.number(), epoch: v.string() }) }),
  v.strictObject({ error: refusal }),
  v.strictObject({ look: v.literal(true) }),
  v.strictObject({ stale: v.literal(true) }),
  v.strictObject({
    failure: v.picklist(Object.keys(failures) as FailureCode[]),
    retryAfterMs: v.exactOptional(v.number()),
  }),
  v.strictObject({ here: v.literal(true) }),
  v.strictObject({ pass: v.picklist(["leaving", "foreign"]) }),
]);

/** What these are made of is JSON; their types only don't say so. */
export function encoded(message: Letter | Answer): Json {
  return message as unknown as Json;
}

/** null: not understood. */
export function letterOf(message: Json): Letter | null {
  const parsed = v.safeParse(letter, message);
  return parsed.success ? parsed.output : null;
}

/** null: not understood. */
export function answerOf(message: Json | undefined): Answer | null {
  const parsed = v.safeParse(answer, message);
  return parsed.success ? parsed.output : null;
}
