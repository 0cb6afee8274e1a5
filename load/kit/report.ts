/** How a load program ends: a short table for people, then one line that is a JSON object with `ok`. */

export type Cell = string | number | boolean;

/** Columns are as wide as their widest cell; numbers stand to the right. */
export function tableOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const cells = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => [...(row[column] ?? "")].length)));
  const isNumber = head.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => {
        const blank = " ".repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length));
        return isNumber[column] ? blank + cell : cell + blank;
      })
      .join("  ")
      .trimEnd();
  return [
    line(cells[0] ?? []),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...cells.slice(1).map(line),
  ].join("\n");
}

/** Prints the verdict as the last line and ends the process: 0 when ok, 1 when not. */
export function finish(verdict: { ok: boolean }): never {
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  process.exit(verdict.ok ? 0 : 1);
}

/** Progress for people, out of the way of the report. */
export function say(text: string): void {
  const seconds = Math.round(performance.now() / 1000);
  process.stderr.write(`${String(seconds).padStart(4)} s  ${text}\n`);
}

/** Runs a program so that a fault of its own ends in a verdict too. */
export async function run(program: () => Promise<{ ok: boolean }>): Promise<never> {
  let verdict: { ok: boolean };
  try {
    verdict = await program();
  } catch (error) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    verdict = Object.assign({ ok: false }, { error: error instanceof Error ? error.message : String(error) });
  }
  finish(verdict);
}
