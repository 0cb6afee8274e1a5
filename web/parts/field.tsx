import { type ReactNode, useId } from "react";

interface Props {
  label: ReactNode;
  /** Said after the field's name, not as a part of it. */
  hint?: string | undefined;
  /** Gets what ties the input to its label and hint. */
  children: (ties: { id: string; "aria-describedby": string | undefined }) => ReactNode;
}

export function Field({ label, hint, children }: Props) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children({ id, "aria-describedby": hint ? `${id}-hint` : undefined })}
      {hint && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  );
}
