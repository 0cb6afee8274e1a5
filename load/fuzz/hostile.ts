/** Values that no field wants, as JSON text: so that duplicate keys, `__proto__` and broken numbers survive. */
import type { Chance } from "../kit/chance.ts";

const scalars = [
  "null",
  "true",
  "false",
  "0",
  "-0",
  "-1",
  "1.5",
  "1e308",
  "1e999",
  "-1e999",
  "9007199254740993",
  '""',
  '" "',
  '"\\u0000"',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u202e\\u2066"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"../../etc/passwd"',
  '"\'; DROP TABLE events; --"',
  '"{{7*7}}%{7*7}"',
  '"[object Object]"',
] as const;

const pollution = [
  '{"__proto__":{"admin":true,"role":"owner"}}',
  '{"constructor":{"prototype":{"admin":true}}}',
  '{"__proto__":null}',
  '{"toString":1,"valueOf":1,"hasOwnProperty":1}',
  '{"then":"x","toJSON":"x"}',
] as const;

/** Long enough for any bound on a field, short enough for a frame. */
const longChars = 40_000;

export function hostileValue(chance: Chance): string {
  switch (chance.between(0, 7)) {
    case 0:
    case 1:
    case 2:
      return chance.pick(scalars);
    case 3:
      return chance.pick(pollution);
    case 4:
      return nested(chance.between(1, 40), chance);
    case 5:
      return JSON.stringify(
        chance.pick(["a", "é", "\ud83d\udc69\u200d", "\u0301"]).repeat(chance.between(1, longChars / 4)),
      );
    case 6:
      return `[${Array.from({ length: chance.between(0, 300) }, () => chance.pick(scalars)).join(",")}]`;
    default:
      return "9".repeat(chance.between(16, 400));
  }
}

/** Arrays or objects in each other; never closed properly in one of eight. */
export function nested(depth: number, chance: Chance): string {
  const inArrays = chance.happens(0.5);
  const whole = !chance.happens(1 / 8);
  return inArrays
    ? "[".repeat(depth) + (whole ? "]".repeat(depth) : "")
    : '{"a":'.repeat(depth) + (whole ? `1${"}".repeat(depth)}` : "");
}

export function objectText(fields: readonly (readonly [name: string, json: string])[]): string {
  return `{${fields.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(",")}}`;
}
