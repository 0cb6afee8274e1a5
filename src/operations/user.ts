/** Other people, as far as they may be known. */
import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { Account } from "../../actors/ports.ts";
import { refuse } from "../../actors/room/refusals.ts";
import { id, loginName, profile } from "./fields.ts";
import { operation, type Result } from "./operation.ts";

export const userFind = operation({
  name: "user.find",
  summary: "Find somebody by their exact login name; null when there is nobody",
  who: "session",
  policy: "any signed-in user",
  http: { method: "GET", path: "/v1/users/find" },
  rate: "read",
  input: v.strictObject({ name: loginName }),
  output: v.object({ user: v.nullable(profile) }),
  async handle({ store }, _call, { name }) {
    return { ok: { user: await store.accounts.byName(name) } };
  },
});

export const userMany = operation({
  name: "user.many",
  summary: "Profiles by id; unknown ids are left out",
  who: "session",
  policy: "any signed-in user",
  http: { method: "POST", path: "/v1/users/lookup" },
  rate: "read",
  cost: ({ users }) => Math.ceil(users.length / limits.usersAtOnce),
  input: v.strictObject({ users: v.pipe(v.array(id), v.maxLength(limits.lookupMax)) }),
  output: v.object({ users: v.array(profile) }),
  async handle({ store }, _call, { users }) {
    return { ok: { users: await store.accounts.many(users) } };
  },
});

/** The dispatcher's output schema drops what isn't in a profile. */
export function profileOf(account: Account | null): Result<Account> {
  return account ? { ok: account } : { error: refuse("not-found") };
}
