/** Whom this client looks at, and what it knows of them. Lossy by design: each connection asks anew. */
import type { UserId } from "../actors/ports.ts";
import type { PresenceState } from "../actors/user/user.ts";
import { chore } from "./chore.ts";
import type { Host } from "./host.ts";

export interface Seen {
  state: PresenceState;
  lastSeen: number | null;
}

export type Presence = ReturnType<typeof createPresence>;

type Needs = Pick<Host, "platform" | "emitter" | "online" | "request">;

export function createPresence({ platform, emitter, online, request }: Needs) {
  const seen = new Map<UserId, Seen>();
  let watched: readonly UserId[] = [];
  let away = false;

  function changed({ user, state, lastSeen }: Seen & { user: UserId }): void {
    seen.set(user, { state, lastSeen });
    emitter.emit("presence", { user, state, lastSeen });
  }

  const ask = chore(platform, async () => {
    if (!online()) return;
    const answer = (await request("presence.watch", { users: watched })) as {
      states: (Seen & { user: UserId })[];
    };
    answer.states.forEach(changed);
  });

  const tell = chore(
    platform,
    () => online() && request("presence.set", { state: away ? "away" : "online" }),
  );

  return {
    changed,
    of: (user: UserId): Seen => seen.get(user) ?? { state: "offline", lastSeen: null },

    /** Replaces the set. */
    watch(users: readonly UserId[]): void {
      watched = users;
      for (const user of seen.keys()) if (!users.includes(user)) seen.delete(user);
      ask(0);
    },

    setAway(now: boolean): void {
      away = now;
      tell(0);
    },

    /** A new connection knows nothing of this. */
    flush(): void {
      if (watched.length > 0) ask(0);
      if (away) tell(0);
    },
  };
}
