/** The real servers that tests and load programs run against. scripts/parts.mjs gets them. */
import { execFile } from "node:child_process";
import { join } from "node:path";

export type PartName = "nats-server" | "mongod" | "node" | "k6" | "versitygw";

interface Verdict {
  parts: Record<string, string>;
  faults: Record<string, string>;
}

const script = join(import.meta.dir, "../../scripts/parts.mjs");
const asked = new Map<PartName, Promise<string | null>>();

/**
 * Path of a part, which is got when it is missing (minutes, once per machine). Await it outside of tests: they have
 * a time limit. Null and a loud line when it can't be had; with CI=true that is an error.
 */
export function part(name: PartName): Promise<string | null> {
  const known = asked.get(name) ?? obtain(name);
  asked.set(name, known);
  return known;
}

async function obtain(name: PartName): Promise<string | null> {
  // For runs that have no use for them, such as that of a mutant. Never in CI.
  if (process.env.STARLING_PARTS === "none" && process.env.CI !== "true") return null;
  const { parts, faults } = await verdictOf(name);
  const path = parts[name];
  if (path !== undefined) return path;
  const message = `${name} is missing: ${faults[name] ?? "npm run parts gave no answer."} Get it with: npm run parts ${name}`;
  if (process.env.CI === "true") throw new Error(message);
  console.error(`\n!!! ${message}\n!!! What needs it is skipped.\n`);
  return null;
}

function verdictOf(name: PartName): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const child = execFile("node", [script, name], (_error, stdout) => {
      const last = stdout.trim().split("\n").at(-1) ?? "";
      if (last.startsWith("{")) resolve(JSON.parse(last) as Verdict);
      else reject(new Error("npm run parts ended without a verdict"));
    });
    child.stderr?.pipe(process.stderr);
  });
}
