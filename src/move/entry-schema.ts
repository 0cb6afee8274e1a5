/** An entry as a file says it: the types of actors/ports.ts, checked. What a later program adds to them passes. */
import * as v from "valibot";
import type { ArchiveEntry } from "../../actors/ports.ts";
import { history, join, role, count as whole } from "../operations/fields.ts";

const text = v.string();
const mentions = v.array(text);

const account = v.object({
  id: text,
  name: text,
  display: text,
  about: text,
  password: text,
  createdAt: whole,
  lastSeenAt: whole,
});

const session = v.object({
  id: text,
  user: text,
  device: text,
  label: text,
  createdAt: whole,
  lastSeenAt: whole,
  expiresAt: whole,
  counter: whole,
  rotatedAt: whole,
  revokedAt: v.nullable(whole),
});

const event = v.object({
  t: v.literal("event"),
  room: text,
  seq: whole,
  at: whole,
  ord: whole,
  by: text,
  kind: text,
  line: text,
  cid: v.nullable(text),
  hash: v.nullable(text),
  origin: v.nullable(text),
  n: whole,
  target: v.nullable(whole),
  mentions,
});

const roomChange = v.partial(
  v.object({
    id: text,
    kind: v.picklist(["direct", "group"]),
    epoch: text,
    createdAt: whole,
    name: text,
    about: text,
    history,
    join,
    rules: v.array(v.object({ from: whole, history })),
  }),
);

const entry = v.variant("t", [
  v.object({ t: v.literal("account"), account }),
  v.object({ t: v.literal("session"), session }),
  event,
  v.object({ t: v.literal("edit"), room: text, target: whole, seq: whole, text, at: whole, mentions }),
  v.object({ t: v.literal("tombstone"), room: text, target: whole, seq: whole }),
  v.object({
    t: v.literal("reaction"),
    room: text,
    target: whole,
    user: text,
    key: text,
    seq: whole,
    on: v.boolean(),
  }),
  v.object({ t: v.literal("closed"), room: text, sender: text, cid: text, hash: text }),
  v.object({
    t: v.literal("membership"),
    room: text,
    user: text,
    seq: whole,
    role: v.nullable(role),
    banned: v.boolean(),
    interval: v.picklist(["open", "close", "keep"]),
  }),
  v.object({ t: v.literal("room"), room: text, seq: whole, at: whole, ord: whole, change: roomChange }),
  v.object({
    t: v.literal("mark"),
    mark: v.object({ room: text, user: text, delivered: whole, read: whole }),
  }),
  v.object({
    t: v.literal("snapshot"),
    snapshot: v.object({ room: text, seq: whole, position: whole, format: whole, state: text }),
  }),
  v.object({ t: v.literal("secret"), name: text, value: text }),
  v.object({ t: v.literal("version"), user: text, version: whole }),
  v.object({
    t: v.literal("item"),
    user: text,
    item: v.object({ key: text, version: whole, value: v.unknown() }),
  }),
]);

/** Narrows without taking anything away. */
export function isEntry(value: unknown): value is ArchiveEntry {
  return v.is(entry, value);
}
