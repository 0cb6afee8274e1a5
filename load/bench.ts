/**
 * Measures the real server against a raw `Bun.serve` publish floor that sends Starling's very frame: fan-out, direct
 * messages, one hot room, idle memory and mass resume, in interleaved rounds, every run verified.
 *
 *     bench [--quick] [--only NAME] [--rounds N]
 */
import { flagsOf } from "./kit/flags.ts";
import { run } from "./kit/report.ts";

async function bench(_quick: boolean, _only: string | null, _rounds: number): Promise<{ ok: boolean }> {
  throw new Error("no workload is written yet");
}

if (import.meta.main) {
  const flags = flagsOf(Bun.argv.slice(2), { values: ["only", "rounds"], switches: ["quick"] });
  const quick = flags.has("quick");
  await run(() => bench(quick, flags.text("only"), flags.number("rounds", quick ? 2 : 5)));
}
