import { useSyncExternalStore } from "react";
import { useSession } from "./client.tsx";

/** What one has just written, before the server has it: the list shows it at once. */

const listeners = new Set<() => void>();

/** A message was written here, or taken back. */
export function outgoingChanged(): void {
  for (const listener of listeners) listener();
}

/** The newest message of a room that waits to be sent; null for none. */
export function useOutgoing(room: string): string | null {
  const { client } = useSession();
  return useSyncExternalStore(subscribe, () => {
    const waits = client.outbox
      .list()
      .some((command) => command.room === room && command.op === "room.post" && command.state !== "failed");
    // Building a timeline costs something: only where one waits.
    const row = waits ? client.room(room).timeline.snapshot().at(-1) : undefined;
    return row?.type === "message" && row.message.seq === null ? row.message.text : null;
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
