/** `node scripts/run.mjs FILE [ARGS…]`: runs one of our programs with the project's own Bun, signals passed on. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { bun, install, must, root } from "./install.mjs";

/** Newest change below a folder, ms. */
function newest(folder) {
  let at = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "dist" || entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    at = Math.max(at, entry.isDirectory() ? newest(path) : statSync(path).mtimeMs);
  }
  return at;
}

/** Builds the web page if its sources are newer than what was built. */
export function buildWeb() {
  const built = join(root, "web/dist/index.html");
  const sources = Math.max(newest(join(root, "web")), newest(join(root, "sdk")));
  if (existsSync(built) && statSync(built).mtimeMs >= sources) return;
  must(bun, ["web/build.ts"]);
}

/**
 * The heap grows by half before it is collected, not to twice its size: an idle connection takes 5.9 KB instead of 7.5, and the
 * processor's time per message is the same within the noise (load/bench.ts). What the caller sets comes first.
 */
const engine = { BUN_JSC_heapGrowthMaxIncrease: "1.5" };

/** Resolves to the exit code. */
export function run(args) {
  const env = { ...engine, ...process.env };
  const child = spawn(bun, args, { cwd: process.env.INIT_CWD ?? root, env, stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => child.on("exit", (code, signal) => resolve(signal ? 1 : (code ?? 1))));
}

if (process.argv[1] && import.meta.url.endsWith(process.argv[1].split("/").at(-1))) {
  const [file, ...args] = process.argv.slice(2);
  install();
  if (args.includes("--web")) buildWeb();
  process.exit(await run([join(root, file), ...args.filter((arg) => arg !== "--web")]));
}
