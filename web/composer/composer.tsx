import { type KeyboardEvent, type Ref, useImperativeHandle, useLayoutEffect, useRef } from "react";
import type { Room, RoomInfo } from "../../sdk/api.ts";
import { IconButton } from "../parts/icon-button.tsx";
import { useRoomName } from "../rooms/room-name.ts";
import { ContextStrip } from "./context-strip.tsx";
import { MentionList } from "./mention-list.tsx";
import { type Mode, useComposing } from "./use-composing.ts";
import { useMentions } from "./use-mentions.ts";

export interface ComposerHandle {
  focus(): void;
  begin(mode: Mode): void;
}

interface Props {
  room: Room;
  info: RoomInfo;
  onSent: () => void;
  onEditLast: () => void;
  ref: Ref<ComposerHandle>;
}

/** On a touch keyboard there is no Shift+Enter: there Enter makes a new line. */
const onTouch = matchMedia("(hover: none) and (pointer: coarse)").matches;

export function Composer({ room, info, onSent, onEditLast, ref }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const name = useRoomName(info);
  const composing = useComposing(room, onSent);
  const mentions = useMentions(room, info.kind === "group", field, composing.text, composing.setText);
  const { text, mode } = composing;

  useImperativeHandle(ref, () => ({
    focus: () => field.current?.focus(),
    begin(next) {
      composing.begin(next);
      field.current?.focus();
    },
  }));

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    const row = element.closest("form");
    // Measuring makes the field a line high: without this, the list above would grow into its place, and stay scrolled.
    if (row) row.style.minHeight = `${row.offsetHeight}px`;
    element.style.height = "auto";
    element.style.height = text ? `${element.scrollHeight}px` : "";
    if (row) row.style.minHeight = "";
  }, [text]);

  const submit = () => composing.submit(mentions.mentionedIn(text));

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    // With a modifier it is somebody else's key: a shortcut, or the system's.
    if (event.nativeEvent.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (mentions.onKeyDown(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !onTouch) {
      event.preventDefault();
      submit();
    } else if (event.key === "Escape" && mode.type !== "new") {
      event.preventDefault();
      composing.begin({ type: "new" });
    } else if (event.key === "ArrowUp" && text === "" && mode.type === "new") {
      event.preventDefault();
      onEditLast();
    }
  }

  return (
    <div className="composer">
      {mode.type !== "new" && <ContextStrip mode={mode} onCancel={() => composing.begin({ type: "new" })} />}
      <form
        className="composer-row"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <textarea
          ref={field}
          rows={1}
          dir="auto"
          aria-label={`Message to ${name}`}
          placeholder="Write a message"
          enterKeyHint={onTouch ? "enter" : "send"}
          value={text}
          onChange={(event) => {
            composing.setText(event.target.value);
            mentions.onCaret();
            if (mode.type !== "edit" && event.target.value.trim()) room.typing();
          }}
          onKeyDown={onKeyDown}
          onSelect={mentions.onCaret}
          onBlur={mentions.close}
          {...mentions.aria}
        />
        <IconButton
          icon={mode.type === "edit" ? "check" : "send"}
          label={mode.type === "edit" ? "Save" : "Send"}
          type="submit"
          className="send-button"
          disabled={!text.trim()}
        />
        <MentionList mentions={mentions} />
      </form>
      <p className="composer-error" role="alert">
        {composing.error}
      </p>
    </div>
  );
}
