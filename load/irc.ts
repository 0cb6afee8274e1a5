/**
 * Reads IRC logs as the Ubuntu archive keeps them. Nothing is dropped unseen: every line of a file becomes
 * one `IrcLine`, those that nobody understands included.
 */

export type IrcLine =
  /** `[HH:MM] <nick> text`, an emote `[HH:MM]  * nick text`, or an old log's emote `=== nick text`. */
  | { is: "said"; nick: string; text: string }
  /** The same with nothing to post. */
  | { is: "empty"; nick: string }
  | { is: "joined"; nick: string }
  /** Parts and quits. */
  | { is: "left"; nick: string }
  | { is: "renamed"; nick: string; to: string }
  /** Topic and mode lines, and blank ones. */
  | { is: "notice" }
  | { is: "unreadable" };

export interface IrcLog {
  /** By line number, from 0. */
  lines: IrcLine[];
  /** Numbers of lines whose bytes aren't UTF-8; each bad sequence was read as U+FFFD. */
  badUtf8: number[];
}

const spoken = /^\[\d\d:\d\d(?::\d\d)?\] <([^>]+)>(?: (.*))?$/su;
const emote = /^\[\d\d:\d\d(?::\d\d)?\] {1,2}\* (\S+)(?: (.*))?$/su;
const server = /^===\s+(\S+)(?: (.*))?$/su;

/** An address (`[~user@host]`) or nothing, then the words of the server. An emote may begin like them. */
const join = /^(?:\s*\[.*\]\s+)?has joined [#&+!]\S*\s*$/su;
const part = /^(?:\s*\[.*\]\s+has left [#&+!]|has left [#&+!]\S*\s*(?:$|[[("]))/su;
const quit = /^(?:\s*\[.*\]\s+has quit\b|has quit(?: irc)?\s*(?:$|[[("]))/isu;
const rename = /^is now known as (\S+)\s*$/su;
const setting = /^(?:has )?(?:changed|changes|sets?) (?:the )?(?:topic|mode)\b/isu;
const notice = /^(?:\.\.\[topic\/|mode\/[#&+!]|topic\b)/isu;

export function parseLine(line: string): IrcLine {
  if (line.trim() === "") return { is: "notice" };
  const post = spoken.exec(line) ?? emote.exec(line);
  if (post) return said(post[1], post[2]);
  const other = server.exec(line);
  if (!other) return { is: "unreadable" };
  const [, nick = "", rest = ""] = other;
  if (notice.test(nick) || setting.test(rest)) return { is: "notice" };
  if (join.test(rest)) return { is: "joined", nick };
  if (part.test(rest) || quit.test(rest)) return { is: "left", nick };
  const to = rename.exec(rest)?.[1];
  if (to !== undefined) return { is: "renamed", nick, to };
  return said(nick, rest);
}

/** Some clients pad nicks with blanks, and no nick contains one. The text stays as it is. */
function said(padded = "", text = ""): IrcLine {
  const nick = padded.trim();
  if (nick === "") return { is: "unreadable" };
  return text.trim() === "" ? { is: "empty", nick } : { is: "said", nick, text };
}

/** Only a line feed ends a line (with a carriage return before it or not), so that numbers fit the annotations. */
export function parseLog(bytes: Uint8Array): IrcLog {
  const strict = new TextDecoder("utf-8", { fatal: true });
  const badUtf8: number[] = [];
  const lines = rowsOf(bytes).map((row, number) => {
    try {
      return parseLine(strict.decode(row));
    } catch {
      badUtf8.push(number);
      return parseLine(new TextDecoder().decode(row));
    }
  });
  return { lines, badUtf8 };
}

function rowsOf(bytes: Uint8Array): Uint8Array[] {
  const rows: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    const feed = bytes.indexOf(10, from);
    const end = feed === -1 ? bytes.length : feed;
    rows.push(bytes.subarray(from, end > from && bytes[end - 1] === 13 ? end - 1 : end));
    from = end + 1;
  }
  return rows;
}

export interface Annotation {
  /** [later line, earlier line that it answers] */
  links: [later: number, earlier: number][];
  /** Lines of the file that are no link: blank ones aren't counted. */
  unreadable: number;
}

/** `1002 1003 -`: one answers the other, in either order. A line linked with itself starts a conversation. */
export function parseAnnotation(text: string): Annotation {
  const links: Annotation["links"] = [];
  let unreadable = 0;
  for (const row of text.split("\n")) {
    if (row.trim() === "") continue;
    const found = /^\s*(\d+)\s+(\d+)(?:\s+-?\s*)?$/u.exec(row);
    const [a, b] = [Number(found?.[1]), Number(found?.[2])];
    if (!found) unreadable++;
    else if (a !== b) links.push([Math.max(a, b), Math.min(a, b)]);
  }
  return { links, unreadable };
}
