import { useSyncExternalStore } from "react";
import { useSession } from "../session/client.tsx";

/** What was begun and not sent, per account and room, kept over reloads. */

/** What is stored, as far as it was looked at: each row of the list asks again and again. */
const known = new Map<string, string>();
const listeners = new Set<() => void>();
const keyOf = (user: string, room: string) => `starling:draft:${user}:${room}`;

export function readDraft(user: string, room: string): string {
  const key = keyOf(user, room);
  const draft = known.get(key) ?? stored(key);
  known.set(key, draft);
  return draft;
}

function stored(key: string): string {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

export function keepDraft(user: string, room: string, text: string): void {
  const key = keyOf(user, room);
  const draft = text.trim() ? text : "";
  known.set(key, draft);
  try {
    if (draft) localStorage.setItem(key, draft);
    else localStorage.removeItem(key);
  } catch {
    // No storage: the draft lives as long as the page.
  }
  changed();
}

/** At sign-out: drafts are private. */
export function dropDrafts(user: string): void {
  known.clear();
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
  return () => listeners.delete(listener);
}

function changed(): void {
  for (const listener of listeners) listener();
}

/** Another tab wrote. No key: it dropped everything. */
window.addEventListener("storage", ({ key }) => {
  if (key === null) known.clear();
  else known.delete(key);
  changed();
});
