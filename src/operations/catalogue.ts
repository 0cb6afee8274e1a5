/** Every capability of Starling. Adding one: write it in a file of its family, name it here. */
import type * as v from "valibot";
import { accountMe, accountPassword, accountProfile, accountRegister, accountSync } from "./account.ts";
import type { OpenOperation, Operation } from "./operation.ts";
import {
  sessionList,
  sessionLogin,
  sessionLogout,
  sessionRefresh,
  sessionRevoke,
  sessionRevokeOthers,
} from "./session.ts";
import { userFind, userMany } from "./user.ts";

export const catalogue = [
  accountRegister,
  accountMe,
  accountProfile,
  accountPassword,
  accountSync,
  sessionLogin,
  sessionRefresh,
  sessionLogout,
  sessionList,
  sessionRevoke,
  sessionRevokeOthers,
  userFind,
  userMany,
] as const;

type Entry = (typeof catalogue)[number];
type Named<Name extends OperationName> = Extract<Entry, { name: Name }>;

export type OperationName = Entry["name"];
/** What a client sends. */
export type InputOf<Name extends OperationName> = v.InferInput<Named<Name>["input"]>;
/** What a client gets. */
export type OutputOf<Name extends OperationName> = v.InferOutput<Named<Name>["output"]>;

/** Any operation, its types forgotten: what generic code handles. */
export type AnyOperation =
  | Operation<string, v.GenericSchema, v.GenericSchema>
  | OpenOperation<string, v.GenericSchema, v.GenericSchema>;
