/** Times in the reader's own language and zone. */

const time = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long" });
const weekdayShort = new Intl.DateTimeFormat(undefined, { weekday: "short" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });
const dayShort = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

const dayMs = 86_400_000;

/** A number per calendar day of this place: equal for two times of one day, consecutive for neighbours. */
export function dayOf(at: number): number {
  const date = new Date(at);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs);
}

export const timeOf = (at: number): string => time.format(at);
export const fullTimeOf = (at: number): string => full.format(at);

/** For day lines: Today, Yesterday, Tuesday, Friday 3 October, 3 October 2024. */
export function dayName(at: number, now: number): string {
  const ago = dayOf(now) - dayOf(at);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return weekday.format(at);
  return new Date(at).getFullYear() === new Date(now).getFullYear() ? day.format(at) : dayAndYear.format(at);
}

/** For the room list: 14:05, Tue, 3 Oct. */
export function briefly(at: number, now: number): string {
  const ago = dayOf(now) - dayOf(at);
  if (ago <= 0) return time.format(at);
  return ago < 7 ? weekdayShort.format(at) : dayShort.format(at);
}

/** For last seen: "just now", "5 minutes ago", "yesterday at 14:05". */
export function since(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 60) return minutes === 1 ? "a minute ago" : `${minutes} minutes ago`;
  const ago = dayOf(now) - dayOf(at);
  if (ago === 0) return `today at ${time.format(at)}`;
  if (ago === 1) return `yesterday at ${time.format(at)}`;
  return `on ${dayShort.format(at)}`;
}
