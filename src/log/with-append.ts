import type { Log } from "../../actors/ports.ts";

/** The same log, whose appends are these. */
export function withAppend(log: Log, append: Log["append"]): Log {
  return new Proxy(log, {
    get: (target, name) => {
      if (name === "append") return append;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
