import { type ReactNode, useId } from "react";

interface Ties {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface Props {
  label: ReactNode;
  /** Said after the field's name, not as a part of it. */
  hint?: string | undefined;
  /** What is wrong with what was entered: stands in the hint's place. */
  fault?: string | null | undefined;
  /** Gets what ties the input to its label and hint. */
  children: (ties: Ties) => ReactNode;
}

export function Field({ label, hint, fault, children }: Props) {
  const id = useId();
  const words = fault ?? hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        "aria-describedby": words ? `${id}-hint` : undefined,
        "aria-invalid": fault ? true : undefined,
      })}
      {words && (
        <small id={`${id}-hint`} className={fault ? "field-fault" : undefined}>
          {words}
        </small>
      )}
    </div>
  );
}
