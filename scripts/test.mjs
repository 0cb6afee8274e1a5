/**
 * `npm test`: types, lint, then every test. The last line is `N passed, N failed, N skipped`. With CI=true a skipped
 * test is a failure: whatever it needs must be there.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bun, install, must, root } from "./install.mjs";
import { buildWeb } from "./run.mjs";

const ci = process.env.CI === "true";
/**
 * Each group is a process of its own: what one leaves open can't reach the next. Lanes run side by side: most tests wait for
 * a server, a browser or a disk.
 */
const lanes = [
  [
    [
      "test/actors",
      "test/src",
      "test/contract",
      "test/sdk",
      "test/web",
      "test/load",
      "test/deploy",
      "test/matrix",
      "test/tidy.test.ts",
    ],
    ["test/sim"],
    ["test/chaos"],
  ],
  [["test/e2e"]],
];
/** Groups that run. The first one speaks, what the others say waits for their turn. */
const speakers = [];

install();
if (ci) parts();
must(bun, ["node_modules/.bin/tsc", "--noEmit"]);
must(bun, ["node_modules/.bin/biome", "check", "."]);
buildWeb();

const total = { pass: 0, fail: 0, skip: 0 };
const only = process.argv.slice(2);
await Promise.all((only.length > 0 ? [[only]] : lanes).map(runLane));
if (ci && total.skip > 0) console.error("CI=true: a skipped test counts as a failure");
console.log(`${total.pass} passed, ${total.fail} failed, ${total.skip} skipped`);
process.exit(total.fail > 0 || total.pass === 0 || (ci && total.skip > 0) ? 1 : 0);

async function runLane(groups) {
  for (const group of groups) {
    const found = group.filter(
      (path) => only.length > 0 || existsSync(`${root}/${path}`) || existsSync(`${root}/${path}.test.ts`),
    );
    const counts = await test(found.map((path) => (path.startsWith("-") ? path : `./${path}`)));
    for (const key of Object.keys(total)) total[key] += counts[key];
  }
}

/** Runs bun's runner and reads its summary; a run without one has failed. */
async function test(paths) {
  const child = spawn(bun, ["test", "--timeout", "120000", ...paths], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const speaker = { waiting: "", done: false };
  speakers.push(speaker);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
      speaker.waiting += chunk;
      speak();
    });
  }
  const status = await new Promise((resolve) => child.on("close", resolve));
  speaker.done = true;
  speak();
  const count = (word) => Number(new RegExp(`^\\s*(\\d+) ${word}`, "m").exec(output)?.[1] ?? 0);
  const counts = { pass: count("pass"), fail: count("fail"), skip: count("skip") };
  if (status !== 0 && counts.fail === 0) counts.fail = 1;
  return counts;
}

function speak() {
  while (speakers.length > 0) {
    const [first] = speakers;
    process.stdout.write(first.waiting);
    first.waiting = "";
    if (!first.done) return;
    speakers.shift();
  }
}

/** What a bare machine lacks: the servers of the contract suites, and what comes from Debian's packages. */
function parts() {
  must(process.execPath, [join(root, "scripts/parts.mjs"), "nats-server", "mongod", "node"]);
  const missing = [
    ["chromium", "chromium"],
    ["strace", "strace"],
  ]
    .filter(([program]) => spawnSync("which", [program]).status !== 0)
    .map(([, name]) => name);
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  must("apt-get", ["update", "-qq"], { env });
  must("apt-get", ["install", "-y", "-qq", ...missing], { env, stdio: ["ignore", "ignore", "inherit"] });
}
