/** Signed-in devices. */
import * as v from "valibot";
import { refuse } from "../../actors/room/refusals.ts";
import { isLive } from "../auth/sessions.ts";
import { device, id, label, loginName, nothing, password, tokens } from "./fields.ts";
import { openOperation, operation } from "./operation.ts";

export const sessionLogin = openOperation({
  name: "session.login",
  summary: "Sign in with name and password",
  who: "anyone",
  policy: "anyone; failures are slowed per account and address",
  http: { method: "POST", path: "/v1/login" },
  rate: "auth",
  input: v.strictObject({ name: loginName, password, device, label: v.optional(label, "") }),
  output: tokens,
  handle: ({ auth }, { address }, input) => auth.login(input, address),
});

export const sessionRefresh = openOperation({
  name: "session.refresh",
  summary: "Exchange a refresh token for a new pair; the old one is spent",
  who: "anyone",
  policy: "whoever holds the session's newest refresh token",
  http: { method: "POST", path: "/v1/refresh" },
  rate: "auth",
  input: v.strictObject({ refresh: v.pipe(v.string(), v.maxLength(128)), device }),
  output: tokens,
  handle: ({ auth }, _call, { refresh, device }) => auth.refresh(refresh, device),
});

export const sessionLogout = operation({
  name: "session.logout",
  summary: "End this session",
  who: "session",
  policy: "one's own",
  http: { method: "POST", path: "/v1/logout" },
  rate: "write",
  input: v.strictObject({}),
  output: nothing,
  async handle({ auth }, { caller }) {
    await auth.revoke(caller.user, [caller.session]);
    return { ok: {} };
  },
});

export const sessionList = operation({
  name: "session.list",
  summary: "Your signed-in devices, newest first",
  who: "session",
  policy: "one's own",
  http: { method: "GET", path: "/v1/sessions" },
  rate: "read",
  input: v.strictObject({}),
  output: v.object({
    sessions: v.array(
      v.object({
        id: v.string(),
        label: v.string(),
        createdAt: v.number(),
        lastSeenAt: v.number(),
        current: v.boolean(),
      }),
    ),
  }),
  async handle({ store, platform }, { caller }) {
    const sessions = (await store.sessions.ofUser(caller.user)).filter((one) => isLive(one, platform.now()));
    return { ok: { sessions: sessions.map((one) => ({ ...one, current: one.id === caller.session })) } };
  },
});

export const sessionRevoke = operation({
  name: "session.revoke",
  summary: "End one of your sessions",
  who: "session",
  policy: "one's own; others' don't exist for you",
  http: { method: "DELETE", path: "/v1/sessions/:session" },
  rate: "write",
  input: v.strictObject({ session: id }),
  output: nothing,
  async handle({ auth }, { caller }, { session }) {
    const ended = await auth.revoke(caller.user, [session]);
    if (ended.length > 0) return { ok: {} };
    return { error: refuse("not-found", { field: "session" }) };
  },
});

export const sessionRevokeOthers = operation({
  name: "session.revokeOthers",
  summary: "End all your sessions but this one",
  who: "session",
  policy: "one's own",
  http: { method: "POST", path: "/v1/sessions/revoke-others" },
  rate: "write",
  input: v.strictObject({}),
  output: v.object({ revoked: v.number() }),
  async handle({ auth, store }, { caller }) {
    const sessions = await store.sessions.ofUser(caller.user);
    const others = sessions.map(({ id }) => id).filter((id) => id !== caller.session);
    return { ok: { revoked: (await auth.revoke(caller.user, others)).length } };
  },
});
