import { Dialog } from "./dialog.tsx";

interface Props {
  title: string;
  text: string;
  action: string;
  onYes: () => void;
  onClose: () => void;
}

/** Asks before something that can't be taken back. */
export function Confirm({ title, text, action, onYes, onClose }: Props) {
  return (
    <Dialog title={title} onClose={onClose} className="dialog-small">
      <p>{text}</p>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button button-danger" onClick={onYes}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
