import { useEffect, useState } from "react";
import type { Member, Room } from "../../sdk/api.ts";
import { useSession } from "./client.tsx";

/** Fetched anew whenever the room's membership changed; empty until the first answer. */
export function useMembers(room: Room, wanted: boolean): readonly Member[] {
  const { people } = useSession();
  const [members, setMembers] = useState<readonly Member[]>([]);

  useEffect(() => {
    if (!wanted) return;
    let current = true;
    let latest: string | number | null = null;
    let asked = 0;
    let shown = 0;
    const load = async () => {
      const turn = ++asked;
      try {
        const found = await room.members();
        // An earlier answer may come later.
        if (!current || turn < shown) return;
        shown = turn;
        people.want(found.map((member) => member.user));
        setMembers(found);
      } catch {
        // Offline: whatever comes next in the room, or its next opening, asks again.
        if (turn === asked) latest = null;
      }
    };
    const check = () => {
      const note = room.timeline.snapshot().findLast((row) => row.type === "note");
      const seq = note?.type === "note" ? note.seq : "none";
      if (seq === latest) return;
      latest = seq;
      void load();
    };
    check();
    const stop = room.timeline.subscribe(check);
    return () => {
      current = false;
      stop();
    };
  }, [room, people, wanted]);

  return members;
}
