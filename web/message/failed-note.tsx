import type { ErrorCode } from "../../actors/room/errors.ts";
import type { Message } from "../../sdk/api.ts";
import { useRoomActions } from "../room/actions.ts";
import { sayCode } from "../session/errors.ts";

/** Not a member any more, or never one. */
const outside: ReadonlySet<ErrorCode> = new Set(["not-found", "forbidden", "banned"]);

export function FailedNote({ message }: { message: Message }) {
  const actions = useRoomActions();
  return (
    <p className="failed-note">
      Not sent{message.error && `: ${why(message.error)}`}{" "}
      <button type="button" className="link" onClick={() => actions.retry(message)}>
        Try again
      </button>{" "}
      <button type="button" className="link" onClick={() => actions.discard(message)}>
        Discard
      </button>
    </p>
  );
}

const why = (code: ErrorCode): string => (outside.has(code) ? "you can't write here." : sayCode(code));
