/** Performs the scripts: one line after the other in each room, or, in a storm, as fast as each account can. */
import type { Step } from "../plan.ts";
import type { Leash } from "./leash.ts";
import type { Stage } from "./stage.ts";

export async function play(stages: readonly Stage[], leash: Leash, storm: boolean): Promise<void> {
  await Promise.all(
    stages.flatMap((stage) => {
      const { steps } = stage.plan;
      // In a storm only an account's own order is kept.
      const scripts = storm ? [...Map.groupBy(steps, ({ who }) => who).values()] : [steps];
      return scripts.map((script) => perform(stage, script, leash));
    }),
  );
}

async function perform(stage: Stage, script: readonly Step[], leash: Leash): Promise<void> {
  for (const step of script) {
    // Before the line takes its place: a line that waits for another must not keep a third from going.
    await stage.ready(step);
    if (step.do === "post") await leash.line(() => stage.perform(step));
    else await stage.perform(step);
  }
}
