import { useEffect, useState } from "react";
import { useSession } from "../session/client.tsx";

/** A burst is said as one sentence, so that a screen reader isn't talked over. */
const gatherMs = 800;
/** Then the words go: what is said stays said, and a message deleted later leaves no copy here. */
const keptMs = 1_500;

/** Says the new messages of the open room to a screen reader, politely. */
export function Announcer({ room }: { room: string }) {
  const { client, me, people } = useSession();
  const [said, setSaid] = useState("");

  useEffect(() => {
    let fresh: string[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = client.on("message", (message) => {
      if (message.room !== room || message.by === me.id || message.deleted) return;
      fresh.push(`${people.name(message.by)}: ${message.text}`);
      timer ??= setTimeout(() => {
        setSaid(fresh.length > 3 ? `${fresh.length} new messages. ${fresh.at(-1)}` : fresh.join(". "));
        fresh = [];
        timer = undefined;
      }, gatherMs);
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, [client, room, me.id, people]);

  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(""), keptMs);
    return () => clearTimeout(timer);
  }, [said]);

  return (
    <p className="said" aria-live="polite">
      {said}
    </p>
  );
}
