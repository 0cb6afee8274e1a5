import { useState } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { NewDirect } from "./new-direct.tsx";
import { NewGroup } from "./new-group.tsx";

export function NewDialog({ onClose }: { onClose: () => void }) {
  const [kind, setKind] = useState<"direct" | "group">("direct");
  const choice = (value: typeof kind, icon: "person" | "people", label: string) => (
    <button type="button" aria-pressed={kind === value} onClick={() => setKind(value)}>
      <Icon name={icon} />
      {label}
    </button>
  );
  return (
    <Dialog title="New conversation" onClose={onClose}>
      <fieldset className="segments" aria-label="What kind">
        {choice("direct", "person", "With a person")}
        {choice("group", "people", "A group")}
      </fieldset>
      {kind === "direct" ? <NewDirect onDone={onClose} /> : <NewGroup onDone={onClose} />}
    </Dialog>
  );
}
