/** Posting, and what can be done to a post. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import { refuse, refuseField } from "../../actors/room/refusals.ts";
import { versionsOf } from "../rooms/versions.ts";
import { done, sendTo } from "./command.ts";
import { commandInput } from "./command-input.ts";
import { id, reactionKey, seq, text } from "./fields.ts";
import { denyFull } from "./full.ts";
import { operation } from "./operation.ts";

const mentions = v.exactOptional(v.pipe(v.array(id), v.maxLength(limits.mentionsMax)));

export const roomPost = operation({
  name: "room.post",
  summary: "Post a message; `with` names the other user while a direct room may not exist yet",
  who: "session",
  policy: "members; in a direct room both",
  http: { method: "POST", path: "/v1/rooms/:room/messages" },
  rate: "write",
  input: commandInput({
    room: id,
    text,
    re: v.exactOptional(seq),
    mentions,
    with: v.exactOptional(id),
  }),
  output: done,
  async handle(services, call, input) {
    const { room, text, re, mentions, with: other } = input;
    const { user } = call.caller;
    const optional = { ...(re === undefined ? {} : { re }), ...(mentions === undefined ? {} : { mentions }) };
    if (other === undefined)
      return sendTo(services, call, "room.post", room, input, { do: "post", text, ...optional });
    if (other === user || services.auth.ids.directRoomId(user, other) !== room) {
      return { error: refuseField("with", "this isn't the direct room of you two") };
    }
    if ((await services.store.accounts.byId(other)) === null) {
      return { error: refuseField("with", "there is no such user") };
    }
    const epoch = services.platform.id();
    const draft = { do: "post", text, ...optional, pair: [user, other] as [string, string], epoch } as const;
    const deny = await denyFull(services, { room, caller: user, others: { users: [other], field: "with" } });
    return sendTo(services, call, "room.post", room, input, draft, deny);
  },
});

export const roomEdit = operation({
  name: "room.edit",
  summary: "Give your message another text; older versions are kept",
  who: "session",
  policy: "the author, while a member",
  http: { method: "PUT", path: "/v1/rooms/:room/messages/:seq" },
  rate: "write",
  input: commandInput({ room: id, seq, text, mentions }),
  output: done,
  async handle(services, call, input) {
    const { room, seq, text, mentions } = input;
    const draft = { do: "edit", seq, text, ...(mentions === undefined ? {} : { mentions }) } as const;
    const bound = limits.editsMax;
    // Counted in the documents: some that come at once may pass.
    const edits = await services.store.messages.editsBy(room, seq, call.caller.user, bound);
    const deny = edits >= bound ? refuse("limit", { bound, field: "seq" }) : undefined;
    return sendTo(services, call, "room.edit", room, input, draft, deny);
  },
});

export const roomDelete = operation({
  name: "room.delete",
  summary: "Delete a message for everyone; a tombstone stays in its place",
  who: "session",
  policy: "the author; moderators and above over lower ranks",
  http: { method: "DELETE", path: "/v1/rooms/:room/messages/:seq" },
  rate: "write",
  input: commandInput({ room: id, seq }),
  output: done,
  handle: (services, call, input) =>
    sendTo(services, call, "room.delete", input.room, input, { do: "delete", seq: input.seq }),
});

export const roomReact = operation({
  name: "room.react",
  summary: "Put a reaction on a message, or take it back",
  who: "session",
  policy: "members",
  http: { method: "POST", path: "/v1/rooms/:room/messages/:seq/reactions" },
  rate: "write",
  input: commandInput({ room: id, seq, key: reactionKey, on: v.boolean() }),
  output: done,
  async handle(services, call, input) {
    const { room, seq, key, on } = input;
    const bound = limits.reactionsPerUserMax;
    // Counted in the documents: some that come at once may pass.
    const mine = on ? await services.store.messages.reactionsBy(room, seq, call.caller.user, bound) : [];
    const full = mine.length >= bound && !mine.includes(key);
    const deny = full ? refuse("limit", { bound, field: "key" }) : undefined;
    return sendTo(services, call, "room.react", room, input, { do: "react", seq, key, on }, deny);
  },
});

export const roomVersions = operation({
  name: "room.versions",
  summary: "Older versions of an edited message: the newest 100, oldest first",
  who: "session",
  policy: "whoever may see the message; versions that they may see",
  http: { method: "GET", path: "/v1/rooms/:room/messages/:seq/versions" },
  rate: "read",
  input: v.strictObject({ room: id, seq }),
  output: v.object({
    versions: v.array(v.object({ seq: v.number(), at: v.number(), text: v.string() })),
    /** Older ones were left out. */
    more: v.boolean(),
  }),
  async handle(services, { caller }, { room, seq }) {
    const access = await services.rooms.access(room, caller.user);
    const versions = await versionsOf(services, room, access, seq);
    return versions === null ? { error: refuse("not-found") } : { ok: versions };
  },
});
