/** Writes a file that `import-file.ts` reads: complete and durable under its name, or not there. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { ArchiveEntry } from "../../actors/ports.ts";
import type { Header } from "./format.ts";

const bufferBytes = 1_048_576;

export class ExportFile implements Disposable {
  readonly #path: string;
  readonly #file: number;
  readonly #hasher = new Bun.CryptoHasher("sha256");
  #entries = 0;
  #waiting = "";

  /** Over what an interrupted export left behind. Readable by its owner only. */
  constructor(path: string, header: Header) {
    this.#path = path;
    rmSync(this.#partial, { force: true });
    this.#file = openSync(this.#partial, "wx", 0o600);
    this.#line(header);
  }

  add(entry: ArchiveEntry): void {
    this.#entries++;
    this.#line(entry);
  }

  /** All of it is on the disk before it stands under its name; when the name can't be made durable, there is no file. */
  publish(): void {
    this.#flush();
    const end = { entries: this.#entries, sha256: this.#hasher.digest("hex") };
    this.#write(`${JSON.stringify({ end })}\n`);
    fsyncSync(this.#file);
    const folder = openSync(dirname(this.#path), "r");
    try {
      renameSync(this.#partial, this.#path);
      this.#keepIn(folder);
    } finally {
      closeSync(folder);
    }
  }

  /** What stands under the name is ours only now. */
  #keepIn(folder: number): void {
    try {
      fsyncSync(folder);
    } catch (error) {
      rmSync(this.#path, { force: true });
      throw error;
    }
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
    rmSync(this.#partial, { force: true });
  }

  get #partial(): string {
    return `${this.#path}.partial`;
  }

  #line(value: Header | ArchiveEntry): void {
    this.#waiting += `${JSON.stringify(value)}\n`;
    if (this.#waiting.length >= bufferBytes) this.#flush();
  }

  #flush(): void {
    this.#hasher.update(this.#waiting);
    this.#write(this.#waiting);
    this.#waiting = "";
  }

  #write(text: string): void {
    let bytes = Buffer.from(text);
    while (bytes.length > 0) bytes = bytes.subarray(writeSync(this.#file, bytes));
  }
}
