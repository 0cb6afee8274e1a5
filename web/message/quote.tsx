import type { Message } from "../../sdk/api.ts";
import { useRoomActions } from "../room/actions.ts";
import { useSession } from "../session/client.tsx";
import { usePerson } from "../session/people.ts";

/** What a message answers, in two lines whatever it is: so nothing moves when it gets loaded. */
export function Quote({ seq, original }: { seq: number; original: Message | undefined }) {
  const { jump } = useRoomActions();
  const { me } = useSession();
  const author = usePerson(original?.by ?? null);
  const by = original?.by === me.id ? "You" : (author?.display ?? "…");
  const text = !original ? "Show it" : original.deleted ? "Deleted message" : original.text;
  return (
    <button type="button" className="quote" onClick={() => jump(seq)}>
      <span className="said">Answer to </span>
      <strong>{original ? by : "An earlier message"}</strong>
      <span className="quote-text">{text}</span>
    </button>
  );
}
