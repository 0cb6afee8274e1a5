import { lowestRole, outranks, rank } from "../../actors/room/permissions.ts";
import type { Client, Member, Room } from "../../sdk/api.ts";
import type { Mode } from "../composer/use-composing.ts";
import { notifyOf } from "../parts/notices.tsx";
import { outgoingChanged } from "../session/outgoing.ts";
import type { RoomActions } from "./actions.ts";
import type { MessageSheet } from "./message-sheets.tsx";

interface Parts {
  client: Client;
  room: Room;
  me: string;
  /** Own role in a group, null in a direct room. */
  role: Member["role"] | null;
  begin: (mode: Mode) => void;
  jump: (seq: number) => void;
  /** Opens the dialog about a message. */
  ask: (sheet: MessageSheet) => void;
}

export function makeActions({ client, room, me, role, begin, jump, ask }: Parts): RoomActions {
  return {
    reply: (message) => begin({ type: "reply", message }),
    edit: (message) => begin({ type: "edit", message }),
    jump,
    remove: (message) => ask({ type: "delete", message }),
    versions: (message) => ask({ type: "versions", message }),
    // The author's rank isn't known here: the server has the last word on others' messages.
    mayDelete: (message) =>
      message.by === me ||
      (role !== null && rank[role] >= rank[lowestRole.remove] && outranks(role, "member")),
    react(message, key, on) {
      if (message.seq !== null) room.react(message.seq, key, on).catch(notifyOf("Not reacted"));
    },
    retry(message) {
      if (message.cid) client.outbox.retry(message.cid).catch(notifyOf("Not sent"));
    },
    discard(message) {
      if (message.cid)
        client.outbox.discard(message.cid).then(outgoingChanged, notifyOf("It may have been sent already"));
    },
  };
}
