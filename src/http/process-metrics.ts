/** The process itself. Own collectors: prom-client's defaults are Node's, and several are wrong or absent on Bun. */
import { readdir } from "node:fs/promises";
import { Counter, Gauge, type Registry } from "prom-client";

export function collectProcess(registry: Registry): void {
  const registers = [registry];
  let counted = 0;
  new Counter({
    name: "process_cpu_seconds_total",
    help: "User and system CPU time",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      const total = (user + system) / 1e6;
      this.inc(total - counted);
      counted = total;
    },
  });
  new Gauge({
    name: "process_resident_memory_bytes",
    help: "Resident memory",
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: "process_start_time_seconds",
    help: "Start of the process, in seconds since 1970",
    registers,
  }).set(performance.timeOrigin / 1000);
  if (process.platform !== "linux") return;
  new Gauge({
    name: "process_open_fds",
    help: "Open file descriptors",
    registers,
    async collect() {
      this.set((await readdir("/proc/self/fd")).length);
    },
  });
}
