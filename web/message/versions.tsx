import { useCallback } from "react";
import type { Message, Room } from "../../sdk/api.ts";
import { Dialog } from "../parts/dialog.tsx";
import { FormError } from "../parts/form-error.tsx";
import { useSession } from "../session/client.tsx";
import { useLoaded } from "../session/loaded.ts";
import { fullTimeOf } from "../text/when.ts";

/** Of a message that the server doesn't have yet. */
const none = { versions: [], more: false };

/** What an edited message said before, newest first. */
export function Versions({ room, message, onClose }: { room: Room; message: Message; onClose: () => void }) {
  const { client } = useSession();
  const { seq } = message;
  const load = useCallback(
    async () => (seq === null ? none : await client.call("room.versions", { room: room.id, seq })),
    [client, room, seq],
  );
  const { found, error } = useLoaded(load);
  const older = found ? [...found.versions].reverse() : [];
  return (
    <Dialog title="Versions of this message" onClose={onClose}>
      <ol className="versions" aria-busy={found === null && !error}>
        <Version when="Now" text={message.text} />
        {older.map((version) => (
          <Version key={version.seq} when={fullTimeOf(version.at)} text={version.text} />
        ))}
      </ol>
      {found?.more && <p className="faint">Still older versions aren’t shown.</p>}
      <FormError error={error} />
    </Dialog>
  );
}

function Version({ when, text }: { when: string; text: string }) {
  return (
    <li className="version">
      <span className="faint">{when}</span>
      <p className="prewrap" dir="auto">
        {text}
      </p>
    </li>
  );
}
