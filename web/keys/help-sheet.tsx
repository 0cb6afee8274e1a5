import { Dialog } from "../parts/dialog.tsx";
import { fieldKeys, keyCaps, shortcuts } from "./shortcuts.ts";

export function HelpSheet({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl className="help-keys">
        {[...Object.values(shortcuts), ...fieldKeys].map(({ keys, says }) => (
          <div key={says}>
            <dt>{says}</dt>
            <dd>
              {keyCaps(keys).map((cap) => (
                <kbd key={cap}>{cap}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
