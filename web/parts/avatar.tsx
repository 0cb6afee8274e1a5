import type { CSSProperties } from "react";
import type { PresenceState } from "../session/presence.ts";
import { hueOf, initialsOf } from "../text/names.ts";
import { PresenceDot } from "./presence-dot.tsx";

interface Props {
  /** Decides the colour, so that a person has the same one everywhere. */
  id: string;
  name: string;
  kind?: "person" | "group";
  size?: "small" | "middle" | "large";
  presence?: PresenceState | undefined;
}

/** Initials on a colour of their own. Decorative: the name always stands beside it. */
export function Avatar({ id, name, kind = "person", size = "middle", presence }: Props) {
  return (
    <span className={`avatar avatar-${kind} avatar-${size}`} style={{ "--hue": hueOf(id) } as CSSProperties}>
      <span className="avatar-face" aria-hidden="true">
        {initialsOf(name)}
      </span>
      {presence && <PresenceDot state={presence} />}
    </span>
  );
}
