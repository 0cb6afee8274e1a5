/** One's own account. */
import * as v from "valibot";
import { deltaOf } from "../users/delta.ts";
import {
  about,
  count,
  device,
  display,
  label,
  loginName,
  newPassword,
  password,
  profile,
  tokens,
} from "./fields.ts";
import { openOperation, operation } from "./operation.ts";
import { profileOf } from "./user.ts";

export const accountRegister = openOperation({
  name: "account.register",
  summary: "Make an account and sign in",
  who: "anyone",
  policy: "anyone; the name must be free",
  http: { method: "POST", path: "/v1/register" },
  rate: "register",
  input: v.strictObject({
    name: loginName,
    password: newPassword,
    /** Default: the login name. */
    display: v.exactOptional(display),
    device,
    label: v.optional(label, ""),
  }),
  output: tokens,
  handle: ({ auth }, _call, input) => auth.register(input),
});

export const accountMe = operation({
  name: "account.me",
  summary: "Your own profile",
  who: "session",
  policy: "one's own",
  http: { method: "GET", path: "/v1/me" },
  rate: "read",
  input: v.strictObject({}),
  output: profile,
  async handle({ store }, { caller }) {
    return profileOf(await store.accounts.byId(caller.user));
  },
});

export const accountProfile = operation({
  name: "account.profile",
  summary: "Change what others see of you",
  who: "session",
  policy: "one's own",
  http: { method: "PATCH", path: "/v1/me" },
  rate: "write",
  input: v.strictObject({ display: v.exactOptional(display), about: v.exactOptional(about) }),
  output: profile,
  async handle({ store, bus }, { caller }, change) {
    const account = await store.accounts.byId(caller.user);
    if (!account) return profileOf(null);
    const changed = { ...account, ...change };
    await store.accounts.setProfile(caller.user, { display: changed.display, about: changed.about });
    bus.publish(`user.${caller.user}`, { t: "account" });
    return profileOf(changed);
  },
});

export const accountPassword = operation({
  name: "account.password",
  summary: "Change your password; all your other sessions end",
  who: "session",
  policy: "one's own; needs the current password",
  http: { method: "POST", path: "/v1/me/password" },
  rate: "auth",
  input: v.strictObject({ current: password, next: newPassword }),
  output: v.object({ revoked: v.number() }),
  async handle({ auth }, { caller, address }, change) {
    const ended = await auth.changePassword(caller, change, address);
    return "ok" in ended ? { ok: { revoked: ended.ok.length } } : ended;
  },
});

export const accountSync = operation({
  name: "account.sync",
  summary: "What changed in your account above a version",
  who: "session",
  policy: "one's own",
  http: { method: "GET", path: "/v1/me/sync" },
  rate: "read",
  input: v.strictObject({ since: v.optional(count, 0) }),
  output: v.object({
    version: v.number(),
    items: v.array(v.object({ key: v.string(), version: v.number(), value: v.unknown() })),
    more: v.boolean(),
  }),
  async handle({ store }, { caller }, { since }) {
    return { ok: await deltaOf(store.items, caller.user, since) };
  },
});
