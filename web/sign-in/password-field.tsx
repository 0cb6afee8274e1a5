import { useState } from "react";
import { limits } from "../../actors/limits.ts";
import { Field } from "../parts/field.tsx";

const hint = `At least ${limits.passwordCharsMin} characters. A short sentence is a good one.`;

export function PasswordField({ isNew }: { isNew: boolean }) {
  const [shown, setShown] = useState(false);
  return (
    <Field label="Password" hint={isNew ? hint : undefined}>
      {(ties) => (
        <span className="field-row">
          <input
            {...ties}
            name="password"
            type={shown ? "text" : "password"}
            autoComplete={isNew ? "new-password" : "current-password"}
            required
            minLength={isNew ? limits.passwordCharsMin : undefined}
            maxLength={limits.passwordCharsMax}
          />
          <button type="button" className="link" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {shown ? "Hide" : "Show"}
            <span className="said"> password</span>
          </button>
        </span>
      )}
    </Field>
  );
}
