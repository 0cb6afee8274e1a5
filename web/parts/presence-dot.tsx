import type { PresenceState } from "../session/presence.ts";

const words: Record<PresenceState, string> = { online: "online", away: "away", offline: "offline" };

/** Online is a full disc, away a crescent, offline a ring: told apart without colour, too. */
export function PresenceDot({ state }: { state: PresenceState }) {
  return (
    <span className={`presence presence-${state}`}>
      <span className="said">{words[state]}</span>
    </span>
  );
}
