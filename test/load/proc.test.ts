import { expect, test } from "bun:test";
import { cpuSeconds } from "../../load/kit/proc.ts";

/** Tells when it has used some CPU time; ends when it is told to. */
const burner = `
  const begun = process.cpuUsage().user;
  let x = 0;
  while (process.cpuUsage().user - begun < 300_000) for (let i = 0; i < 1e5; i++) x += i;
  postMessage(x);
`;

test.skipIf(process.platform !== "linux")(
  "what a thread used stays its process's when it has ended",
  async () => {
    const before = cpuSeconds(process.pid);
    const worker = new Worker(URL.createObjectURL(new Blob([burner])));
    const [done, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    worker.onmessage = () => done.resolve();
    worker.addEventListener("close", () => ended.resolve());
    await done.promise;
    worker.terminate();
    await ended.promise;
    expect(cpuSeconds(process.pid) - before).toBeGreaterThan(0.2);
  },
);
