import { dayName } from "../text/when.ts";

export function DayLine({ at }: { at: number }) {
  return (
    <p className="day-line">
      <time dateTime={new Date(at).toISOString().slice(0, 10)}>{dayName(at, Date.now())}</time>
    </p>
  );
}
