import { Icon } from "../parts/icon.tsx";
import { IconButton } from "../parts/icon-button.tsx";
import { useSession } from "../session/client.tsx";
import type { Mode } from "./use-composing.ts";

/** Above the field: what the next message answers, or changes. */
export function ContextStrip({
  mode,
  onCancel,
}: {
  mode: Exclude<Mode, { type: "new" }>;
  onCancel: () => void;
}) {
  const { me, people } = useSession();
  const isReply = mode.type === "reply";
  const title = !isReply
    ? "Editing your message"
    : mode.message.by === me.id
      ? "Replying to yourself"
      : `Replying to ${people.name(mode.message.by)}`;
  return (
    <div className="context-strip">
      <Icon name={isReply ? "reply" : "edit"} size={18} />
      <p role="status">
        <strong>{title}</strong>
        <span>{mode.message.text}</span>
      </p>
      <IconButton icon="close" label={isReply ? "Don't reply" : "Don't edit"} size={18} onClick={onCancel} />
    </div>
  );
}
