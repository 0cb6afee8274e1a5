/** How long somebody waited for the next sign of life. */

/** The longest stretch without any of these times, within [from, to]. */
export function longestSilence(times: readonly number[], from: number, to: number): number {
  const within = times.filter((time) => time > from && time < to).sort((a, b) => a - b);
  let longest = 0;
  let last = from;
  for (const time of [...within, to]) {
    longest = Math.max(longest, time - last);
    last = time;
  }
  return longest;
}
