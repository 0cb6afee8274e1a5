import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import type { Client } from "../../sdk/api.ts";
import { Field } from "../parts/field.tsx";
import { FormError } from "../parts/form-error.tsx";
import { Mark } from "../parts/mark.tsx";
import { Murmuration } from "../parts/murmuration.tsx";
import { say } from "../session/errors.ts";
import { deviceLabel } from "./device-label.ts";
import { displayFault, loginFault, passwordFault } from "./faults.ts";
import { PasswordField } from "./password-field.tsx";

/** Where a keyboard would jump up with it, focus waits for a touch. */
const onPointer = matchMedia("(hover: hover)").matches;

type Mode = "sign-in" | "register";
type Faults = { name?: string | null; display?: string | null; password?: string | null };

const nameHint = "Others find you by it: letters, digits, dots, dashes and underscores.";

interface Props {
  client: Client;
  /** Why one is here again, if one was signed in before. */
  notice: string | null;
  onDone: () => void;
}

export function SignIn({ client, notice, onDone }: Props) {
  const [mode, setMode] = useState<Mode>("sign-in");
  const [error, setError] = useState<string | null>(null);
  const [faults, setFaults] = useState<Faults>({});
  const [busy, setBusy] = useState(false);
  const errorId = useId();
  const form = useRef<HTMLFormElement>(null);
  const isNew = mode === "register";

  useEffect(() => {
    if (onPointer) form.current?.querySelector("input")?.focus();
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const name = String(form.get("name")).trim().toLowerCase();
    const password = String(form.get("password"));
    const display = String(form.get("display") ?? "").trim();
    const found: Faults = isNew
      ? { name: loginFault(name), display: displayFault(display), password: passwordFault(password) }
      : { name: name ? null : "Your name, please.", password: password ? null : "Your password, please." };
    setFaults(found);
    setError(null);
    const wrong = (["name", "display", "password"] as const).find((field) => found[field]);
    if (wrong) return event.currentTarget.querySelector<HTMLInputElement>(`[name=${wrong}]`)?.focus();
    setBusy(true);
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
    setFaults({});
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
        <form ref={form} noValidate onSubmit={submit} aria-describedby={error ? errorId : undefined}>
          <Field label="Name" hint={isNew ? nameHint : undefined} fault={faults.name}>
            {(ties) => (
              <input
                {...ties}
                name="name"
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                required
              />
            )}
          </Field>
          {isNew && (
            <Field label="Shown as" hint="If you like: your name as you write it." fault={faults.display}>
              {(ties) => <input {...ties} name="display" autoComplete="name" />}
            </Field>
          )}
          <PasswordField isNew={isNew} fault={faults.password} />
          <FormError id={errorId} error={error} />
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
