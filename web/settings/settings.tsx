import { Dialog } from "../parts/dialog.tsx";
import { Icon, type IconName } from "../parts/icon.tsx";
import { ProfileForm } from "./profile-form.tsx";
import { Sessions } from "./sessions.tsx";
import { ThemeChoice } from "./theme-choice.tsx";

interface Props {
  onClose: () => void;
  onSheet: (sheet: "help" | "password" | "former") => void;
  onSignOut: () => void;
}

export function Settings({ onClose, onSheet, onSignOut }: Props) {
  return (
    <Dialog title="Settings" onClose={onClose}>
      <ProfileForm />
      <section className="settings-section">
        <h3>Appearance</h3>
        <ThemeChoice />
      </section>
      <Sessions />
      <section className="settings-section settings-rows">
        <Row icon="key" label="Change the password" onClick={() => onSheet("password")} />
        <Row icon="people" label="Groups you were in" onClick={() => onSheet("former")} />
        <Row icon="keyboard" label="Keyboard shortcuts" onClick={() => onSheet("help")} />
        <Row icon="leave" label="Sign out" danger onClick={onSignOut} />
      </section>
    </Dialog>
  );
}

interface RowProps {
  icon: IconName;
  label: string;
  danger?: boolean;
  onClick: () => void;
}

function Row({ icon, label, danger = false, onClick }: RowProps) {
  return (
    <button type="button" className={danger ? "row-button danger" : "row-button"} onClick={onClick}>
      <span className="row-button-icon">
        <Icon name={icon} />
      </span>
      {label}
    </button>
  );
}
