/** Makes a fresh clone ready: only Node.js and npm are needed. Called by every other script. */
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const bun = join(root, "node_modules/.bin/bun");

/** Installs what the lockfile names, if it isn't there or the lockfile is newer. */
export function install() {
  const marker = join(root, "node_modules/.package-lock.json");
  const lock = join(root, "package-lock.json");
  if (existsSync(bun) && existsSync(marker) && statSync(marker).mtimeMs >= statSync(lock).mtimeMs) return;
  console.log("installing dependencies …");
  must("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
  if (spawnSync(bun, ["--version"]).status !== 0) {
    console.error(
      "bun's binary is missing: npm kept its install script from running (npm 11: see allowScripts).",
    );
    process.exit(1);
  }
}

/** Runs a command in the project's folder, its output shown; ends this process when it fails. */
export function must(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (error) console.error(`${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}
