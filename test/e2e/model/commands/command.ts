/** One step of a run. */
import type { Arbitrary, AsyncCommand } from "fast-check";
import type { Model } from "../model.ts";
import type { World } from "../world.ts";

export type Command = AsyncCommand<Model, World>;
export interface Weighted {
  weight: number;
  arbitrary: Arbitrary<Command>;
}

/** `args` are all that it needs to be played again; what they mean is decided by what is there then. */
export function command<Args extends object>(
  name: string,
  args: Args,
  run: (model: Model, world: World, args: Args) => Promise<void>,
): Command {
  return {
    check: () => true,
    run: (model, world) => run(model, world, args),
    toString: () => `${name} ${JSON.stringify(args)}`,
  };
}
