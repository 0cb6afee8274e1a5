import { type FormEvent, useState } from "react";
import { Dialog } from "../parts/dialog.tsx";
import { FormError } from "../parts/form-error.tsx";
import { notify } from "../parts/notices.tsx";
import { useSession } from "../session/client.tsx";
import { codeOf, say } from "../session/errors.ts";
import { passwordFault } from "../sign-in/faults.ts";
import { PasswordField } from "../sign-in/password-field.tsx";

export function PasswordChange({ onClose }: { onClose: () => void }) {
  const { client } = useSession();
  const [fault, setFault] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const current = String(form.get("current"));
    const next = String(form.get("next"));
    const wrong = passwordFault(next);
    setFault(wrong);
    setError(null);
    if (wrong) return;
    setBusy(true);
    try {
      const { revoked } = await client.call("account.password", { current, next });
      notify(revoked > 0 ? "Password changed. Your other sessions were signed out." : "Password changed.");
      onClose();
    } catch (failure) {
      setError(codeOf(failure) === "bad-credentials" ? "The current password is wrong." : say(failure));
      setBusy(false);
    }
  }

  return (
    <Dialog title="Change the password" onClose={onClose}>
      <form noValidate onSubmit={submit}>
        <PasswordField label="Current password" name="current" data-first />
        <PasswordField label="New password" name="next" isNew fault={fault} />
        <p className="faint">All your other sessions are signed out.</p>
        <FormError error={error} />
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button button-main" disabled={busy}>
            {busy ? "One moment…" : "Change it"}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
