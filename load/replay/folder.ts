/** Finds the logs of a folder: every `NAME.raw.txt` at any depth, with `NAME.annotation.txt` beside it if there is one. */
import { readdir } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { parseAnnotation, parseLog } from "../irc.ts";
import type { LogFile } from "../plan.ts";

const suffix = ".raw.txt";

/** @throws {Error} when there is no such folder, or no log in it. */
export async function readFolder(folder: string): Promise<LogFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => {
    throw new Error(`${folder} is no folder that can be read`);
  });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (paths.length === 0) throw new Error(`${folder} holds no *${suffix}`);
  return Promise.all(paths.map((path) => readLog(folder, path)));
}

async function readLog(folder: string, path: string): Promise<LogFile> {
  const log = parseLog(await Bun.file(path).bytes());
  const links = Bun.file(`${path.slice(0, -suffix.length)}.annotation.txt`);
  const file = relative(folder, path).split(sep).join("/");
  return (await links.exists())
    ? { file, log, annotation: parseAnnotation(await links.text()) }
    : { file, log };
}
