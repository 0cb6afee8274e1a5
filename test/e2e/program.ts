import { resolve } from "node:path";

const cli = resolve(import.meta.dir, "../../src/cli/cli.ts");

/** `starling …` as its own process: its exit code and all that it said. */
export async function starling(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number; says: string }> {
  const child = Bun.spawn([process.execPath, cli, ...args], {
    env: { ...process.env, HOST: "127.0.0.1", PORT: "0", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ]);
  return { code: await child.exited, says: out + err };
}
