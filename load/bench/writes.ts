/** Writes to sockets, as the kernel sees them; where nobody may trace, as the server counts them. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const calls = "write,writev,sendto,sendmsg";

/** @param work resolves to its deliveries. Every write of every thread counts, wake-ups of threads included. */
export async function countWrites(
  pid: number,
  work: () => Promise<number>,
): Promise<{ by: string; perDelivery: number[] }> {
  const dir = await mkdtemp(join(tmpdir(), "starling-strace-"));
  const file = join(dir, "counts");
  try {
    const tracer = Bun.spawn(["strace", "-f", "-c", "-e", `trace=${calls}`, "-o", file, "-p", String(pid)], {
      stdout: "ignore",
      stderr: "pipe",
    });
    const attached = await firstText(tracer.stderr);
    if (!attached.includes("attached")) {
      await tracer.exited;
      return { by: "not counted: strace can't attach", perDelivery: [] };
    }
    const deliveries = await work();
    tracer.kill("SIGINT");
    await tracer.exited;
    return { by: "strace", perDelivery: [countIn(await readFile(file, "utf8")) / deliveries] };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Columns: % time, seconds, usecs/call, calls, errors, syscall. */
function countIn(table: string): number {
  const names = new Set(calls.split(","));
  let count = 0;
  for (const line of table.split("\n")) {
    const columns = line.trim().split(/\s+/u);
    if (names.has(columns.at(-1) ?? "")) count += Number(columns[3]);
  }
  return count;
}

async function firstText(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  const { value } = await reader.read();
  reader.releaseLock();
  return new TextDecoder().decode(value);
}
