import { useState } from "react";
import { limits } from "../../actors/limits.ts";
import type { Message, Room } from "../../sdk/api.ts";
import { notifyOf } from "../parts/notices.tsx";
import { useSession } from "../session/client.tsx";
import { outgoingChanged } from "../session/outgoing.ts";
import { keepDraft, readDraft } from "./drafts.ts";

export type Mode = { type: "new" } | { type: "reply"; message: Message } | { type: "edit"; message: Message };

const bytes = new TextEncoder();

/** How many characters a text has too many. The server counts bytes, people don't. */
function charactersOver(text: string): number {
  const { read } = bytes.encodeInto(text, new Uint8Array(limits.textBytesMax));
  return [...text.slice(read)].length;
}

/** What is being written, and what for. Editing sets the draft aside and gives it back. */
export function useComposing(room: Room, onSent: () => void) {
  const { me } = useSession();
  const [text, show] = useState(() => readDraft(me.id, room.id));
  const [mode, setMode] = useState<Mode>({ type: "new" });
  const [error, setError] = useState<string | null>(null);

  function setText(next: string) {
    show(next);
    setError(null);
    if (mode.type !== "edit") keepDraft(me.id, room.id, next);
  }

  function begin(next: Mode) {
    if (next.type === "edit") show(next.message.text);
    else if (mode.type === "edit") show(readDraft(me.id, room.id));
    setMode(next);
    setError(null);
  }

  function submit(mentions: string[]) {
    const written = text.trim();
    if (!written) return;
    const over = charactersOver(written);
    if (over > 0)
      return setError(`Too long by ${over} ${over === 1 ? "character" : "characters"}. Send it in parts.`);
    if (mode.type === "edit") {
      const { seq, text: before } = mode.message;
      begin({ type: "new" });
      if (seq === null || written === before) return;
      room.edit(seq, written, mentions).catch(notifyOf("Not changed"));
      return;
    }
    const re = mode.type === "reply" ? mode.message.seq : null;
    setText("");
    setMode({ type: "new" });
    // A refusal shows on the message itself, which offers another try.
    room.send({ text: written, mentions, ...(re !== null && { re }) }).catch(() => undefined);
    outgoingChanged();
    onSent();
  }

  return { text, setText, mode, begin, submit, error };
}
