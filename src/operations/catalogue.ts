/** Every capability of Starling. Adding one: write it in a file of its family, name it here. */
import type * as v from "valibot";
import { accountMe, accountPassword, accountProfile, accountRegister, accountSync } from "./account.ts";
import {
  roomAdd,
  roomBan,
  roomBanned,
  roomJoin,
  roomLeave,
  roomMembers,
  roomRemove,
  roomRole,
  roomTransfer,
  roomUnban,
} from "./membership.ts";
import { roomDelete, roomEdit, roomPost, roomReact, roomVersions } from "./message.ts";
import type { OpenOperation, Operation } from "./operation.ts";
import { presenceSet, presenceWatch } from "./presence.ts";
import { roomDelivered, roomRead, roomReceipts, roomTyping, roomUnreadExplain } from "./receipts.ts";
import {
  roomCreate,
  roomDescribe,
  roomDirect,
  roomHistory,
  roomLanded,
  roomRename,
  roomSetAccess,
  roomSetHistory,
  roomSummaries,
} from "./room.ts";
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
  roomPost,
  roomEdit,
  roomDelete,
  roomReact,
  roomVersions,
  roomCreate,
  roomDirect,
  roomSummaries,
  roomHistory,
  roomLanded,
  roomRename,
  roomDescribe,
  roomSetHistory,
  roomSetAccess,
  roomJoin,
  roomLeave,
  roomAdd,
  roomRemove,
  roomBan,
  roomUnban,
  roomRole,
  roomTransfer,
  roomMembers,
  roomBanned,
  roomDelivered,
  roomRead,
  roomReceipts,
  roomUnreadExplain,
  roomTyping,
  presenceWatch,
  presenceSet,
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
