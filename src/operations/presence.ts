/** Who is there. Lossy by design: the newest state counts. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import { refuseField } from "../../actors/room/refusals.ts";
import { id, nothing } from "./fields.ts";
import { operation } from "./operation.ts";

const state = v.object({ user: v.string(), state: v.string(), lastSeen: v.nullable(v.number()) });

export const presenceWatch = operation({
  name: "presence.watch",
  summary: "Whose presence you look at; replaces the former set. Over HTTP: the states now",
  who: "session",
  policy: "anyone signed in",
  http: { method: "POST", path: "/v1/presence" },
  rate: "read",
  cost: ({ users }) => Math.ceil(users.length / limits.usersAtOnce),
  input: v.strictObject({ users: v.pipe(v.array(id), v.maxLength(limits.watchMax)) }),
  output: v.object({ states: v.array(state) }),
  async handle({ presence }, { connection }, { users }) {
    const states = connection === null ? await presence.ask(users) : await presence.watch(connection, users);
    return { ok: { states } };
  },
});

export const presenceSet = operation({
  name: "presence.set",
  summary: "Whether you are at this device",
  who: "session",
  policy: "one's own connection",
  http: { method: "POST", path: "/v1/presence/own" },
  rate: "write",
  input: v.strictObject({ state: v.picklist(["online", "away"]) }),
  output: nothing,
  async handle({ live }, { caller, connection }, { state }) {
    if (connection === null) return { error: refuseField("state", "only a connection is present") };
    live.away(caller.user, connection, state === "away");
    return { ok: {} };
  },
});
