import { Dialog } from "../parts/dialog.tsx";
import { Icon } from "../parts/icon.tsx";
import { ProfileForm } from "./profile-form.tsx";
import { Sessions } from "./sessions.tsx";
import { ThemeChoice } from "./theme-choice.tsx";

interface Props {
  onClose: () => void;
  onHelp: () => void;
  onSignOut: () => void;
}

export function Settings({ onClose, onHelp, onSignOut }: Props) {
  return (
    <Dialog title="Settings" onClose={onClose}>
      <ProfileForm />
      <section className="settings-section">
        <h3>Appearance</h3>
        <ThemeChoice />
      </section>
      <Sessions />
      <section className="settings-section settings-rows">
        <button type="button" className="row-button" onClick={onHelp}>
          <span className="row-button-icon">
            <Icon name="keyboard" />
          </span>
          Keyboard shortcuts
        </button>
        <button type="button" className="row-button danger" onClick={onSignOut}>
          <span className="row-button-icon">
            <Icon name="leave" />
          </span>
          Sign out
        </button>
      </section>
    </Dialog>
  );
}
