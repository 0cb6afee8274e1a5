/** Whom this client looks at, and what it knows of them. Lossy by design: each connection asks anew. */
import type { UserId } from "../actors/ports.ts";
import type { PresenceState } from "../actors/user/user.ts";
import { ignore } from "./error.ts";
import type { Host } from "./host.ts";

export interface Seen {
  state: PresenceState;
  lastSeen: number | null;
}

export type Presence = ReturnType<typeof createPresence>;

export function createPresence({ emitter, online, request }: Pick<Host, "emitter" | "online" | "request">) {
  const seen = new Map<UserId, Seen>();
  let watched: readonly UserId[] = [];
  let away = false;

  function changed({ user, state, lastSeen }: Seen & { user: UserId }): void {
    seen.set(user, { state, lastSeen });
    emitter.emit("presence", { user, state, lastSeen });
  }

  function ask(): void {
    if (!online()) return;
    request("presence.watch", { users: watched }).then((answer) => {
      for (const each of (answer as { states: (Seen & { user: UserId })[] }).states) changed(each);
    }, ignore);
  }

  function tell(): void {
    if (online()) request("presence.set", { state: away ? "away" : "online" }).catch(ignore);
  }

  return {
    changed,
    of: (user: UserId): Seen => seen.get(user) ?? { state: "offline", lastSeen: null },

    /** Replaces the set. */
    watch(users: readonly UserId[]): void {
      watched = users;
      for (const user of seen.keys()) if (!users.includes(user)) seen.delete(user);
      ask();
    },

    setAway(now: boolean): void {
      away = now;
      tell();
    },

    /** A new connection knows nothing of this. */
    flush(): void {
      if (watched.length > 0) ask();
      if (away) tell();
    },
  };
}
