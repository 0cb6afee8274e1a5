import { useRef, useState } from "react";
import type { Message } from "../../sdk/api.ts";
import { copy } from "../parts/copy.ts";
import { IconButton } from "../parts/icon-button.tsx";
import { Menu, type MenuItem } from "../parts/menu.tsx";
import { Popover } from "../parts/popover.tsx";
import { useRoomActions } from "../room/actions.ts";
import { PalettePicker } from "./palette-picker.tsx";

type Open = { what: "palette" | "menu"; anchor: HTMLElement } | null;

/** Shown on hover and while the message has focus. */
export function MessageTools({ message, own }: { message: Message; own: boolean }) {
  const actions = useRoomActions();
  const [open, setOpen] = useState<Open>(null);
  const close = () => setOpen(null);
  const tools = useRef<HTMLDivElement>(null);
  const mayDelete = actions.mayDelete(message);

  const items: MenuItem[] = [
    { label: "Copy text", icon: "copy", run: () => void copy(message.text, "Copied.") },
    ...(own ? [{ label: "Edit", icon: "edit", run: () => actions.edit(message) } as const] : []),
    ...(mayDelete
      ? [
          {
            label: "Delete for everyone",
            icon: "trash",
            danger: true,
            run() {
              // These tools hide under the dialog, and so couldn't get focus back.
              tools.current?.closest("article")?.focus({ preventScroll: true });
              actions.remove(message);
            },
          } as const,
        ]
      : []),
  ];

  if (message.seq === null) {
    return (
      <div className="message-tools">
        <IconButton icon="close" label="Don’t send" size={18} onClick={() => actions.discard(message)} />
      </div>
    );
  }
  return (
    <div ref={tools} className={open ? "message-tools message-tools-open" : "message-tools"}>
      <IconButton
        icon="smile"
        label="React"
        size={18}
        aria-haspopup="dialog"
        aria-expanded={open?.what === "palette"}
        onClick={(event) => setOpen({ what: "palette", anchor: event.currentTarget })}
      />
      <IconButton icon="reply" label="Reply" size={18} onClick={() => actions.reply(message)} />
      <IconButton
        icon="more"
        label="More"
        size={18}
        aria-haspopup="menu"
        aria-expanded={open?.what === "menu"}
        onClick={(event) => setOpen({ what: "menu", anchor: event.currentTarget })}
      />
      {open?.what === "menu" && <Menu label="Message" anchor={open.anchor} items={items} onClose={close} />}
      {open?.what === "palette" && (
        <Popover anchor={open.anchor} side="above" onClose={close}>
          <PalettePicker message={message} onDone={close} />
        </Popover>
      )}
    </div>
  );
}
