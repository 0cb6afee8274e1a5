/** Splits a text into what is drawn differently. Never HTML: the pieces become React nodes. */
export type Piece =
  | { type: "text"; text: string }
  | { type: "link"; text: string; href: string }
  | { type: "mention"; text: string };

const link = /\bhttps?:\/\/[^\s<>"'`]+/giu;
const mention = /(?<![\p{L}\p{N}_])@([\p{L}\p{N}][\p{L}\p{N}._-]*)/gu;
/** Of a sentence rather than of the address. */
const trailing = /[.,:;!?…]+$/u;

/** `names`: login names that are mentioned. Anything else that looks like one stays text. */
export function piecesOf(text: string, names: ReadonlySet<string>): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  const flush = (to: number) => {
    if (to > done) pieces.push(...mentionsIn(text.slice(done, to), names));
  };
  for (const match of text.matchAll(link)) {
    const shown = trimAddress(match[0]);
    const href = addressOf(shown);
    if (!href) continue;
    flush(match.index);
    pieces.push({ type: "link", text: shown, href });
    done = match.index + shown.length;
  }
  flush(text.length);
  return pieces;
}

/** Login names in a text, lower case, without those that only look so. */
export function mentionedNames(text: string, known: ReadonlySet<string>): string[] {
  const found = [...text.matchAll(mention)].map((match) => knownName(match[1] ?? "", known));
  return [...new Set(found.filter((name) => name !== null))];
}

function mentionsIn(text: string, names: ReadonlySet<string>): Piece[] {
  const pieces: Piece[] = [];
  let done = 0;
  for (const match of text.matchAll(mention)) {
    const name = knownName(match[1] ?? "", names);
    if (name === null) continue;
    if (match.index > done) pieces.push({ type: "text", text: text.slice(done, match.index) });
    done = match.index + 1 + name.length;
    pieces.push({ type: "mention", text: text.slice(match.index, done) });
  }
  if (done < text.length) pieces.push({ type: "text", text: text.slice(done) });
  return pieces;
}

/** "ana." at the end of a sentence is ana, unless there is somebody called "ana.". */
function knownName(written: string, known: ReadonlySet<string>): string | null {
  for (let name = written.toLowerCase(); name; name = name.slice(0, -1)) {
    if (known.has(name)) return name;
    if (!/[._-]$/.test(name)) return null;
  }
  return null;
}

/** Drops punctuation that belongs to the sentence, and a bracket that was opened before the address. */
function trimAddress(address: string): string {
  let kept = address.replace(trailing, "");
  while (kept.endsWith(")") && kept.split("(").length < kept.split(")").length) {
    kept = kept.slice(0, -1).replace(trailing, "");
  }
  return kept;
}

function addressOf(text: string): string | null {
  const url = URL.parse(text);
  return url && (url.protocol === "http:" || url.protocol === "https:") ? url.href : null;
}
