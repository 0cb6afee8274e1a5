import { useNames } from "../session/people.ts";
import { joined } from "../text/names.ts";

/** Its place is kept when nobody types, so that nothing moves. */
export function TypingLine({ users }: { users: readonly string[] }) {
  const names = useNames(users);
  return (
    <div className="typing-line">
      {names.length > 0 && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {joined(names)} {names.length === 1 ? "is" : "are"} typing
        </>
      )}
    </div>
  );
}
