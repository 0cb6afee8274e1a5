import { useSyncExternalStore } from "react";

/** Where one is: the list, or a room. Kept in the address (`#/room/<id>`), so that back, reload and bookmarks work. */

const roomPath = /^#\/room\/([\w-]+)$/;

export function roomOfAddress(): string | null {
  return roomPath.exec(location.hash)?.[1] ?? null;
}

export function addressOf(room: string): string {
  return `#/room/${room}`;
}

export function openRoom(room: string): void {
  if (room !== roomOfAddress()) location.hash = `/room/${room}`;
}

/** To the list, without leaving a step behind that would lead back into the room. */
export function closeRoom(): void {
  history.replaceState(null, "", location.pathname + location.search);
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useOpenRoom(): string | null {
  return useSyncExternalStore(subscribe, roomOfAddress);
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
