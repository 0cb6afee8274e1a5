/** What the kernel knows of a process (Linux). */
import { readdirSync, readFileSync } from "node:fs";

/** CPU seconds of all threads, in nanosecond steps (`/proc/<pid>/stat` counts in ticks of 10 ms). */
export function cpuSeconds(pid: number): number {
  let nanos = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanos += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      // A thread that ended between the two reads.
    }
  }
  return nanos / 1e9;
}

/** CPU seconds that all programs of this machine have used together, from the text of /proc/stat; in ticks of 10 ms. */
export function machineSeconds(stat = readFileSync("/proc/stat", "utf8")): number {
  const [user = 0, nice = 0, system = 0] = (/^cpu +(.+)$/mu.exec(stat)?.[1] ?? "").split(" ").map(Number);
  return (user + nice + system) / 100;
}

/** Resident bytes. */
export function residentBytes(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  if (!found) throw new Error(`process ${pid} has no VmRSS`);
  return Number(found[1]) * 1024;
}

export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Pins all threads of a process to one core. False where that isn't possible. */
export function pin(pid: number, core: number): boolean {
  try {
    return Bun.spawnSync(["taskset", "-a", "-p", "-c", String(core), String(pid)]).exitCode === 0;
  } catch {
    return false;
  }
}
