/** What to draw for someone without a picture. */

/** From green over blue and violet to red, in steps that can be told apart. Left out: mustard and olive. */
const hueFrom = 130;
const hueStep = 18;
const hues = 15;

/** FNV-1a over the id, as a hue in degrees. */
export function hueOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return hueFrom + ((hash >>> 0) % hues) * hueStep;
}

/** "Ana Maria Silva" → "AS"; "ana" → "A". Grapheme-safe for the first letter of each. */
export function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/[\s._-]+/u)
    .filter(Boolean);
  const first = [...(words[0] ?? "?")][0] ?? "?";
  const last = words.length > 1 ? ([...(words.at(-1) ?? "")][0] ?? "") : "";
  return (first + last).toLocaleUpperCase();
}

/** "Ana", "Ana and Ben", "Ana, Ben and 3 others". */
export function joined(names: readonly string[], most = 3): string {
  if (names.length <= 1) return names[0] ?? "";
  if (names.length <= most) return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
  const rest = names.length - most + 1;
  return `${names.slice(0, most - 1).join(", ")} and ${rest} others`;
}
