import * as v from "valibot";
import { limits } from "../../actors/limits.ts";
import type { ArchiveEntry } from "../../actors/ports.ts";
import { isEntry } from "./entry-schema.ts";
import { CannotMove, endSchema, exportFormat, type Header, headerSchema } from "./format.ts";

/** An export on disk that was looked through, from its header to its end. Its entries may be read any number of times. */
export class ImportFile {
  readonly header: Header;
  /** Digest of the file. */
  readonly sha256: string;
  readonly #path: string;

  private constructor(path: string, header: Header, sha256: string) {
    this.#path = path;
    this.header = header;
    this.sha256 = sha256;
  }

  /** @throws CannotMove when the file is no export, damaged, cut short, or a newer program's */
  static async open(path: string): Promise<ImportFile> {
    const header = await headerOf(path);
    const entries = entriesOf(path);
    for (;;) {
      const { done, value } = await entries.next();
      if (done) return new ImportFile(path, header, value);
    }
  }

  entries(): AsyncIterable<ArchiveEntry> {
    return entriesOf(this.#path);
  }
}

async function headerOf(path: string): Promise<Header> {
  if (!(await Bun.file(path).exists())) throw new CannotMove(`${path} isn't there`);
  for await (const line of linesOf(path)) {
    const { success, output } = v.safeParse(headerSchema, json(line));
    if (!success) break;
    if (output.format > exportFormat) {
      throw new CannotMove(
        `${path} was written by Starling ${output.version} in format ${output.format}, this program knows ${exportFormat}: use a newer program`,
      );
    }
    return output;
  }
  throw new CannotMove(`${path} is not a Starling export`);
}

/**
 * In order; what it returns is the file's digest.
 * @throws CannotMove, at the latest after the last entry, when the file is damaged or cut short
 */
async function* entriesOf(path: string): AsyncGenerator<ArchiveEntry, string> {
  const hasher = new Bun.CryptoHasher("sha256");
  let count = -1;
  let end: v.InferOutput<typeof endSchema>["end"] | null = null;
  for await (const line of linesOf(path)) {
    if (end !== null) throw damaged(path, "something follows its end");
    const value = json(line);
    if (v.is(endSchema, value)) {
      end = value.end;
      continue;
    }
    hasher.update(`${line}\n`);
    if (++count === 0) continue;
    if (!isEntry(value)) throw damaged(path, `line ${count + 1} is no entry`);
    yield value;
  }
  if (end === null) throw new CannotMove(`${path} is cut short: export or copy it again`);
  const sha256 = hasher.digest("hex");
  if (end.entries !== count || end.sha256 !== sha256) throw damaged(path, "its digest is another");
  return sha256;
}

const damaged = (path: string, how: string) =>
  new CannotMove(`${path} is damaged (${how}): export or copy it again`);

/**
 * Ended lines only: a file of ours ends with one.
 * @throws CannotMove for a line longer than any of ours
 */
async function* linesOf(path: string): AsyncIterable<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of Bun.file(path).stream()) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
    if (rest.length > limits.exportLineBytesMax) throw new CannotMove(`${path} is not a Starling export`);
  }
}

function json(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
