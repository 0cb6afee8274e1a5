/** Where a replay is played: one server in its folder, or a cluster. */
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Server } from "../kit/server.ts";

export interface House extends AsyncDisposable {
  /** Address for HTTP. */
  readonly base: string;
  /** Addresses that take sockets now. */
  doors(): readonly string[];
  /** SIGKILL of the server behind this door and its start in the same place. Calls `died` in the turn of the kill. */
  restart(door: string, died: () => void): Promise<void>;
  /** What the servers wrote before they ended, for a person who has to find out. */
  show(): void;
}

/** @param keep folder of the data, which stays; null: a temporary one. */
export async function openSolo(keep: string | null): Promise<House> {
  const data = await dataFolder(keep);
  let server = await Server.start({ data });
  const { base, port } = server;
  return {
    base,
    doors: () => [base],
    async restart(_door, died) {
      const gone = server.kill();
      died();
      await gone;
      server = await Server.start({ data, port });
    },
    show: () => server.errors.show("the server's last words:"),
    async [Symbol.asyncDispose]() {
      await server.stop();
      if (keep === null) await rm(data, { recursive: true, force: true });
    },
  };
}

async function dataFolder(keep: string | null): Promise<string> {
  if (keep === null) return mkdtemp(join(tmpdir(), "starling-replay-"));
  await mkdir(keep, { recursive: true });
  if ((await readdir(keep)).length > 0) throw new Error(`--keep ${keep}: the folder isn't empty`);
  return keep;
}
