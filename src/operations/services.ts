/** What handlers may use. Wired by hand in main.ts. */

import type { Bus, Log, Store } from "../../actors/ports.ts";
import type { Platform } from "../../actors/runtime/platform.ts";
import type { Auth } from "../auth/auth.ts";
import type { RoomEdge } from "../rooms/edge.ts";
import type { ReceiptDesk } from "../rooms/receipts.ts";
import type { Presence } from "../users/presence.ts";

export interface Services {
  platform: Platform;
  store: Store;
  log: Log;
  bus: Bus;
  auth: Auth;
  rooms: RoomEdge;
  receipts: ReceiptDesk;
  presence: Presence;
}
