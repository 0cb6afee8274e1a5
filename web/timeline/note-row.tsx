import { useSession } from "../session/client.tsx";
import { useNames } from "../session/people.ts";
import { fullTimeOf } from "../text/when.ts";
import { noteSubject, noteWords } from "./note-words.ts";
import type { Note } from "./rows.ts";

/** A change of the room, in one quiet line. */
export function NoteRow({ note }: { note: Note }) {
  const { me } = useSession();
  const subject = noteSubject(note.event);
  const [by = "Someone", user = "Someone"] = useNames(subject ? [note.by, subject] : [note.by]);
  const words = noteWords(note.event, note.by === me.id ? "You" : by, subject === me.id ? "you" : user);
  return (
    <p className="note" title={fullTimeOf(note.at)}>
      {words}
    </p>
  );
}
