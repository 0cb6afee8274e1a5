/** What the kernel knows of a process (Linux). */
import { readFileSync } from "node:fs";

/**
 * CPU seconds of a process, in ticks of 10 ms. Summing up its threads would be finer, but those that ended take theirs with them:
 * compilers and collectors do, and a process would seem to have used less than before.
 */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name, in brackets, may hold anything. After it, state is field 3, utime 14 and stime 15 (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
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
