import { type FormEvent, useId, useState } from "react";
import { limits } from "../../actors/limits.ts";
import type { Client } from "../../sdk/api.ts";
import { Field } from "../parts/field.tsx";
import { Mark } from "../parts/mark.tsx";
import { Murmuration } from "../parts/murmuration.tsx";
import { say } from "../session/errors.ts";
import { deviceLabel } from "./device-label.ts";
import { PasswordField } from "./password-field.tsx";

/** For the browser's own check; the server decides. */
const namePattern = "[A-Za-z0-9][A-Za-z0-9._\\-]*";

type Mode = "sign-in" | "register";

interface Props {
  client: Client;
  /** Why one is here again, if one was signed in before. */
  notice: string | null;
  onDone: () => void;
}

export function SignIn({ client, notice, onDone }: Props) {
  const [mode, setMode] = useState<Mode>("sign-in");
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const errorId = useId();
  const isNew = mode === "register";

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim().toLowerCase();
    const password = String(form.get("password"));
    const display = String(form.get("display") ?? "").trim();
    setBusy(true);
    setError(null);
    try {
      const label = deviceLabel(navigator.userAgent);
      if (isNew) await client.register({ name, password, label, ...(display && { display }) });
      else await client.login({ name, password, label });
      onDone();
    } catch (failure) {
      setError(say(failure));
      setBusy(false);
    }
  }

  function switchMode() {
    setMode(isNew ? "sign-in" : "register");
    setError(null);
  }

  return (
    <main className="sign-in">
      <div className="sign-in-sky">
        <Murmuration />
      </div>
      <section className="sign-in-card">
        <h1 className="brand">
          <Mark size={36} />
          Starling
        </h1>
        <p className="sign-in-lead">
          {isNew ? "Make an account. A name and a password will do." : "Welcome back."}
        </p>
        {notice && <p className="sign-in-notice">{notice}</p>}
        <form onSubmit={submit} aria-describedby={error ? errorId : undefined}>
          <Field label="Name" hint={isNew ? "Others find you by it." : undefined}>
            {(ties) => (
              <input
                {...ties}
                name="name"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                required
                minLength={limits.loginCharsMin}
                maxLength={limits.loginCharsMax}
                pattern={namePattern}
                title="Letters, digits, dots, dashes and underscores"
              />
            )}
          </Field>
          {isNew && (
            <Field label="Shown as" hint="If you like: your name as you write it.">
              {(ties) => (
                <input {...ties} name="display" autoComplete="name" maxLength={limits.nameCharsMax} />
              )}
            </Field>
          )}
          <PasswordField isNew={isNew} />
          <p id={errorId} className="form-error" role="alert">
            {error}
          </p>
          <button type="submit" className="button button-main button-wide" disabled={busy}>
            {busy ? "One moment…" : isNew ? "Create account" : "Sign in"}
          </button>
        </form>
        <p className="sign-in-switch">
          {isNew ? "You have an account?" : "New here?"}{" "}
          <button type="button" className="link" onClick={switchMode}>
            {isNew ? "Sign in" : "Create an account"}
          </button>
        </p>
      </section>
    </main>
  );
}
