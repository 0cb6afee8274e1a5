import type { Message } from "../../sdk/api.ts";
import { useRoomActions } from "../room/actions.ts";
import { useSession } from "../session/client.tsx";
import { usePerson } from "../session/people.ts";

interface Props {
  seq: number;
  original: Message | undefined;
  tabIndex: 0 | -1;
}

/** What a message answers, in two lines whatever it is: so nothing moves when it gets loaded. */
export function Quote({ seq, original, tabIndex }: Props) {
  const { jump } = useRoomActions();
  const { me } = useSession();
  const author = usePerson(original?.by ?? null);
  const by = original?.by === me.id ? "You" : (author?.display ?? "…");
  const text = !original ? "Show it" : original.deleted ? "Deleted message" : original.text;
  return (
    <button type="button" className="quote" tabIndex={tabIndex} onClick={() => jump(seq)}>
      <span className="said">Answer to </span>
      <strong>{original ? by : "An earlier message"}</strong>
      <span className="quote-text">{text}</span>
    </button>
  );
}
