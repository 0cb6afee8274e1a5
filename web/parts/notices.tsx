import { useEffect, useSyncExternalStore } from "react";
import { say } from "../session/errors.ts";

/** Short words about something that just happened, said at the foot of the page for a while. */

const shownMs = 6_000;
let current: { text: string } | null = null;
const listeners = new Set<() => void>();

function set(next: typeof current): void {
  current = next;
  for (const listener of listeners) listener();
}

export const notify = (text: string): void => set({ text });

/** Says what wasn't done, and why. */
export const notifyOf =
  (what: string) =>
  (error: unknown): void =>
    notify(`${what}: ${say(error)}`);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function Notices() {
  const notice = useSyncExternalStore(subscribe, () => current);
  useEffect(() => {
    if (!notice) return;
    const timer = setTimeout(() => set(null), shownMs);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <div className="notices" role="status">
      {notice && <p>{notice.text}</p>}
    </div>
  );
}
