import { useState } from "react";
import { limits } from "../../actors/limits.ts";
import { Field } from "../parts/field.tsx";

const hint = `At least ${limits.passwordCharsMin} characters. A short sentence is a good one.`;

interface Props {
  label?: string;
  name?: string;
  /** To be made up, not proved. */
  isNew?: boolean;
  fault?: string | null | undefined;
  "data-first"?: boolean;
}

export function PasswordField(props: Props) {
  const { label = "Password", name = "password", isNew = false, fault, "data-first": first } = props;
  const [shown, setShown] = useState(false);
  return (
    <Field label={label} hint={isNew ? hint : undefined} fault={fault}>
      {(ties) => (
        <span className="field-row">
          <input
            {...ties}
            data-first={first}
            name={name}
            type={shown ? "text" : "password"}
            autoComplete={isNew ? "new-password" : "current-password"}
            required
          />
          <button type="button" className="link" aria-pressed={shown} onClick={() => setShown(!shown)}>
            {shown ? "Hide" : "Show"}
            <span className="said"> {label.toLowerCase()}</span>
          </button>
        </span>
      )}
    </Field>
  );
}
