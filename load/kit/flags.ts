/** Command-line flags of the load programs: `--name value`, `--name=value`, `--name` for true, and plain words. */
export interface Flags {
  words: string[];
  number(name: string, otherwise: number): number;
  text(name: string): string | null;
  has(name: string): boolean;
}

/** @throws {Error} naming the flag that isn't in `known`, or whose value is missing or no number. */
export function flagsOf(args: readonly string[], known: { values?: string[]; switches?: string[] }): Flags {
  const values = new Map<string, string>();
  const switches = new Set<string>();
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? "";
    if (!arg.startsWith("--")) {
      words.push(arg);
      continue;
    }
    const [name = "", inline] = arg.slice(2).split(/=(.*)/su);
    if (known.switches?.includes(name) && inline === undefined) switches.add(name);
    else if (known.values?.includes(name)) {
      const value = inline ?? args[++i];
      if (value === undefined || (inline === undefined && value.startsWith("--"))) {
        throw new Error(`--${name} needs a value`);
      }
      values.set(name, value);
    } else throw new Error(`unknown flag --${name}; there are ${namesOf(known)}`);
  }
  return {
    words,
    number: (name, otherwise) => {
      const value = values.get(name);
      if (value === undefined) return otherwise;
      if (!/^\d+$/u.test(value)) throw new Error(`--${name} must be a whole number, not "${value}"`);
      return Number(value);
    },
    text: (name) => values.get(name) ?? null,
    has: (name) => switches.has(name),
  };
}

function namesOf(known: { values?: string[]; switches?: string[] }): string {
  return [...(known.values ?? []), ...(known.switches ?? [])].map((name) => `--${name}`).join(" ");
}
