import { useEffect, useState } from "react";
import type { Client, Room, RoomInfo } from "../../sdk/api.ts";
import { useSession } from "./client.tsx";
import { useConnection } from "./connection.ts";

/** Groups that one has left or was removed from: what was written up to then stays readable, and the server keeps it. */

/** As many as one request may name. */
const askMax = 100;

type Facts = Pick<
  RoomInfo,
  "name" | "about" | "kind" | "peer" | "members" | "history" | "join" | "at" | "head"
>;
export type Former = Facts & { id: string };

interface Membership {
  role: string | null;
  from: number;
  to: number | null;
}

export async function formerRooms(client: Client): Promise<Former[]> {
  const rooms = new Map<string, Membership | null>();
  for (let since = 0, more = true; more; ) {
    const page = await client.call("account.sync", { since });
    for (const { key, value } of page.items)
      if (key.startsWith("room:")) rooms.set(key.slice("room:".length), value as Membership | null);
    ({ version: since, more } = page);
  }
  const left = [...rooms].filter(([, membership]) => membership?.role === null).map(([id]) => id);
  const found: Former[] = [];
  for (let at = 0; at < left.length; at += askMax)
    found.push(...(await summaries(client, left.slice(at, at + askMax))));
  return found.sort((a, b) => b.at - a.at);
}

async function summaries(client: Client, rooms: string[]): Promise<Former[]> {
  const answer = await client.call("room.summaries", { rooms });
  // The catalogue leaves their shape open; docs/protocol.md gives it.
  return (answer.rooms as unknown as (Facts & { room: string })[]).map((facts) => ({
    ...facts,
    id: facts.room,
  }));
}

/** What a former member may know of a room that the client doesn't list; null while that isn't known, or nothing. */
export function useFormerInfo(room: Room, wanted: boolean): { info: RoomInfo | null; asked: boolean } {
  const { client } = useSession();
  const online = useConnection() === "online";
  const [state, setState] = useState<{ info: RoomInfo | null; asked: boolean }>({ info: null, asked: false });

  useEffect(() => {
    if (!wanted || !online) return;
    let current = true;
    summaries(client, [room.id]).then(
      async ([found]) => {
        // Nobody sends what is past: the newest page is asked for. What can't be had now is, when somebody looks for it.
        if (found && room.timeline.snapshot().length === 0) await room.timeline.older().catch(() => 0);
        if (!current) return;
        const { id: _id, ...facts } = found ?? { id: "" };
        setState({
          info: found ? { ...room.info(), ...facts, role: null, unread: 0, last: null } : null,
          asked: true,
        });
      },
      () => current && setState((before) => ({ ...before, asked: true })),
    );
    return () => {
      current = false;
    };
  }, [client, room, wanted, online]);

  return state;
}
