import { useSyncExternalStore } from "react";
import { useSession } from "../session/client.tsx";

/** What was begun and not sent, per account and room, kept over reloads. */

const listeners = new Set<() => void>();
const keyOf = (user: string, room: string) => `starling:draft:${user}:${room}`;

export function readDraft(user: string, room: string): string {
  try {
    return localStorage.getItem(keyOf(user, room)) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(user: string, room: string, text: string): void {
  try {
    if (text.trim()) localStorage.setItem(keyOf(user, room), text);
    else localStorage.removeItem(keyOf(user, room));
  } catch {
    // No storage: the draft lives as long as its field.
  }
  for (const listener of listeners) listener();
}

/** At sign-out: drafts are private. */
export function dropDrafts(user: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(keyOf(user, ""))) localStorage.removeItem(key);
    }
  } catch {
    // No storage, nothing kept.
  }
}

export function useDraft(room: string): string {
  const { me } = useSession();
  return useSyncExternalStore(subscribe, () => readDraft(me.id, room));
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Another tab wrote.
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}
