/**
 * Turns a folder of logs into scripts: who posts, joins and leaves in which room, in which order. All decisions that the
 * logs ask for are made here, so that the driver only follows them and the oracle knows what must come out.
 */
import { limits } from "../actors/limits.ts";
import type { Annotation, IrcLog } from "./irc.ts";

/** One nick of the folder: the same in every file. */
export interface PlannedAccount {
  /** Legal and unique. */
  login: string;
  /** The nick, cut where a name may not be as long, without what a name may not hold. */
  display: string;
}

/** `who` is an index into `Plan.accounts`, `line` the number in the file. */
export type Step =
  | { do: "post"; line: number; who: number; text: string; re: number | null }
  | { do: "join"; line: number; who: number }
  | { do: "leave"; line: number; who: number };

export type Post = Extract<Step, { do: "post" }>;

export interface RoomPlan {
  /** Path of the log below the folder. */
  file: string;
  name: string;
  steps: Step[];
  /** Lines that are not posted, and why. */
  empty: number[];
  tooLong: { line: number; bytes: number }[];
  unreadable: number[];
  badUtf8: number[];
}

export interface Plan {
  accounts: PlannedAccount[];
  rooms: RoomPlan[];
}

export interface LogFile {
  file: string;
  log: IrcLog;
  /** Absent: nothing is known to be an answer. */
  annotation?: Annotation;
}

export function planOf(files: readonly LogFile[]): Plan {
  const people = new People();
  const rooms = files.map((file) => roomOf(file, people));
  return { accounts: people.accounts, rooms };
}

export function postsOf(room: RoomPlan): Post[] {
  return room.steps.filter((step) => step.do === "post");
}

function roomOf({ file, log, annotation }: LogFile, people: People): RoomPlan {
  const room: RoomPlan = {
    file,
    name: displayOf(nameOf(file)),
    steps: [],
    empty: [],
    tooLong: [],
    unreadable: [],
    badUtf8: log.badUtf8,
  };
  // Nicks of one log. A renamed one keeps its account, and a nick once known stays with its account.
  const aliases = new Map<string, number>();
  const whoIs = (nick: string): number => {
    const who = aliases.get(nick) ?? people.find(nick);
    aliases.set(nick, who);
    return who;
  };
  const posted = new Set<number>();
  const answers = answersOf(annotation);
  for (const [line, seen] of log.lines.entries()) {
    switch (seen.is) {
      case "said": {
        const bytes = Buffer.byteLength(seen.text);
        if (bytes > limits.textBytesMax) {
          room.tooLong.push({ line, bytes });
          break;
        }
        const re = answers(line, posted);
        room.steps.push({ do: "post", line, who: whoIs(seen.nick), text: seen.text, re });
        posted.add(line);
        break;
      }
      case "joined":
        room.steps.push({ do: "join", line, who: whoIs(seen.nick) });
        break;
      case "left":
        room.steps.push({ do: "leave", line, who: whoIs(seen.nick) });
        break;
      case "renamed": {
        const who = whoIs(seen.nick);
        if (!aliases.has(seen.to)) aliases.set(seen.to, who);
        break;
      }
      case "empty":
        room.empty.push(line);
        break;
      case "unreadable":
        room.unreadable.push(line);
        break;
      case "notice":
        break;
    }
  }
  return room;
}

/** The reply of a line is the latest posted line before it that it answers. */
function answersOf(annotation: Annotation | undefined): (line: number, posted: Set<number>) => number | null {
  const earlier = new Map<number, number[]>();
  for (const [from, to] of annotation?.links ?? []) earlier.set(from, [...(earlier.get(from) ?? []), to]);
  return (line, posted) => {
    const targets = (earlier.get(line) ?? []).filter((target) => posted.has(target));
    return targets.length === 0 ? null : Math.max(...targets);
  };
}

/** Accounts by nick, with login names made from the nicks. */
class People {
  readonly accounts: PlannedAccount[] = [];
  #byNick = new Map<string, number>();
  #logins = new Set<string>();

  find(nick: string): number {
    const known = this.#byNick.get(nick);
    if (known !== undefined) return known;
    const who = this.accounts.push({ login: this.#login(nick), display: displayOf(nick) }) - 1;
    this.#byNick.set(nick, who);
    return who;
  }

  /** A number tells apart those who would share a name: `Bob`, `bob`, `bob|away`. */
  #login(nick: string): string {
    const plain =
      nick
        .toLowerCase()
        .match(/[a-z0-9]+/g)
        ?.join("") ?? "";
    const stem = `irc${plain}`.slice(0, limits.loginCharsMax - 8);
    for (let number = 0; ; number++) {
      const login = number === 0 && plain !== "" ? stem : `${stem}${number + 1}`;
      if (this.#logins.has(login)) continue;
      this.#logins.add(login);
      return login;
    }
  }
}

/** Control characters, and those that turn the direction of other people's text. */
const controls = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

function displayOf(nick: string): string {
  return clip(nick.replace(controls, "\ufffd"), limits.nameCharsMax);
}

function nameOf(file: string): string {
  return file.replace(/\.raw\.txt$/u, "") || "log";
}

/** At most `max` UTF-16 units, and no half of a surrogate pair. */
function clip(text: string, max: number): string {
  return text.slice(0, max).replace(/[\ud800-\udbff]$/u, "");
}
