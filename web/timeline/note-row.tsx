import { useSession } from "../session/client.tsx";
import { useNames } from "../session/people.ts";
import { joined } from "../text/names.ts";
import { fullTimeOf } from "../text/when.ts";
import { noteSubjects, noteWords } from "./note-words.ts";
import type { Note } from "./rows.ts";

/** Of more people the number is said. */
const namedMax = 4;

/** A change of the room, in one quiet line. */
export function NoteRow({ note }: { note: Note }) {
  const { me } = useSession();
  const subjects = noteSubjects(note.event, note.by);
  const [by = "Someone", ...known] = useNames([note.by, ...subjects.slice(0, namedMax)]);
  const names = subjects.map((subject, index) => (subject === me.id ? "you" : (known[index] ?? "Someone")));
  const words = noteWords(note.event, note.by === me.id ? "You" : by, joined(names, namedMax));
  return (
    <p className="note" title={fullTimeOf(note.at)}>
      {words}
    </p>
  );
}
