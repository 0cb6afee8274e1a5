import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Embedded, type EmbeddedOptions, openEmbedded } from "../../src/store/sqlite/open.ts";

/** A new folder under the system's temporary one, removed in the end. */
export function temporaryFolder(): Disposable & { dir: string } {
  const dir = mkdtempSync(join(tmpdir(), "starling-"));
  return { dir, [Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }) };
}

/** A test must not meet a failing disk unless it makes one. */
export const unexpected = (reason: string): never => {
  throw new Error(`unexpected end: ${reason}`);
};

/** An embedded database that can be closed and opened again. */
export async function openTemporary(options: Partial<EmbeddedOptions> = {}) {
  const folder = temporaryFolder();
  let embedded: Embedded = await openEmbedded({ dir: folder.dir, fatal: unexpected, ...options });
  return {
    dir: folder.dir,
    embedded,
    async reopen(): Promise<Embedded> {
      await embedded[Symbol.asyncDispose]();
      embedded = await openEmbedded({ dir: folder.dir, fatal: unexpected, ...options });
      return embedded;
    },
    async [Symbol.asyncDispose]() {
      await embedded[Symbol.asyncDispose]();
      folder[Symbol.dispose]();
    },
  };
}
