interface Props {
  /** What went wrong; null: nothing did. */
  error: string | null;
  /** For what it describes. */
  id?: string;
}

/** Always there, since a screen reader says only what changes in a place that it knows. */
export function FormError({ error, id }: Props) {
  return (
    <p id={id} className="form-error" role="alert">
      {error}
    </p>
  );
}
