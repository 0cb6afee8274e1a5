import type { Message } from "../../sdk/api.ts";
import { useRoomActions } from "../room/actions.ts";
import { sayCode } from "../session/errors.ts";

export function FailedNote({ message }: { message: Message }) {
  const actions = useRoomActions();
  return (
    <p className="failed-note">
      Not sent{message.error && `: ${sayCode(message.error)}`}{" "}
      <button type="button" className="link" onClick={() => actions.retry(message)}>
        Try again
      </button>{" "}
      <button type="button" className="link" onClick={() => actions.discard(message)}>
        Discard
      </button>
    </p>
  );
}
