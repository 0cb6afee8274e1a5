/** For Bun and Node; not in the package's entry, so that browsers don't bundle it. */
import { open, readFile, rename } from "node:fs/promises";
import type { Storage } from "./api.ts";

/** A journal longer than this many times its values is written anew at the next put. */
const wasteMax = 4;
const wasteLinesMin = 1_000;

/**
 * One line of JSON per put, appended and synced: a put is all or nothing, since a torn last line is dropped.
 * One process per file. Holds tokens, so only the owner may read it.
 */
export function fileStorage(path: string): Storage {
  const values = new Map<string, unknown>();
  let lines = 0;
  let loading: Promise<void> | null = null;
  let writing: Promise<void> = Promise.resolve();

  async function load(): Promise<void> {
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    for (const line of whole.split("\n")) if (line !== "") set(JSON.parse(line));
    if (whole !== text) await rewrite();
  }

  function set(entries: Record<string, unknown>): void {
    lines++;
    for (const [key, value] of Object.entries(entries)) {
      if (value === null) values.delete(key);
      else values.set(key, value);
    }
  }

  async function write(file: string, text: string, flags: string): Promise<void> {
    const handle = await open(file, flags, 0o600);
    try {
      await handle.writeFile(text);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  async function rewrite(): Promise<void> {
    await write(`${path}.new`, `${JSON.stringify(Object.fromEntries(values))}\n`, "w");
    await rename(`${path}.new`, path);
    lines = 1;
  }

  const ready = (): Promise<void> => {
    loading ??= load();
    return loading;
  };

  /** One write at a time; a failed one doesn't stop the next. */
  async function inTurn(work: () => Promise<void>): Promise<void> {
    await ready();
    const turn = writing.then(work);
    writing = turn.catch(() => {});
    return turn;
  }

  return {
    async get(key) {
      await ready();
      return values.get(key);
    },
    put(entries) {
      return inTurn(async () => {
        const line = Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, value ?? null]));
        await write(path, `${JSON.stringify(line)}\n`, "a");
        set(line);
        if (lines > wasteLinesMin && lines > wasteMax * values.size) await rewrite();
      });
    },
    async keys(prefix) {
      await ready();
      return [...values.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
    clear() {
      return inTurn(async () => {
        values.clear();
        await rewrite();
      });
    },
  };
}
