/** Turns what a schema found wrong into a refusal that names the field and the bound, and never the input. */
import type * as v from "valibot";
import type { Refusal } from "../../actors/room/commands.ts";

type Issue = v.BaseIssue<unknown>;

/** For `v.safeParse`: stop at the first issue, in our words. Valibot's own would quote the input. */
export const schemaConfig = { abortEarly: true, message: say } satisfies v.Config<Issue>;

export function invalidBy(issue: Issue): Refusal {
  const field = fieldOf(issue);
  const bound = "requirement" in issue && typeof issue.requirement === "number" ? issue.requirement : null;
  return {
    code: "invalid",
    message: `${field ?? "input"}: ${issue.message}`,
    ...(field !== null && { field }),
    ...(bound !== null && { bound }),
  };
}

export function invalid(field: string | null, what: string): Refusal {
  return { code: "invalid", message: `${field ?? "input"}: ${what}`, ...(field !== null && { field }) };
}

/** Dotted path. Keys that a client made up are shown only if they look like names. */
function fieldOf(issue: Issue): string | null {
  if (!issue.path) return null;
  return issue.path
    .map(({ key }) => (typeof key === "number" || /^\w{1,32}$/.test(String(key)) ? String(key) : "?"))
    .join(".");
}

function say(issue: Issue): string {
  const bound = "requirement" in issue ? Number(issue.requirement) : Number.NaN;
  switch (issue.type) {
    case "max_length":
      return `at most ${bound} ${Array.isArray(issue.input) ? "items" : "characters"}`;
    case "min_length":
      return `at least ${bound} ${Array.isArray(issue.input) ? "items" : "characters"}`;
    case "max_bytes":
      return `at most ${bound} bytes`;
    case "max_entries":
      return `at most ${bound} entries`;
    case "min_value":
      return `at least ${bound}`;
    case "max_value":
      return `at most ${bound}`;
    case "safe_integer":
    case "integer":
      return "must be a whole number";
    case "strict_object":
      if (issue.expected === "never") return "unknown field";
      return issue.expected === "Object" ? "must be an object" : "is required";
    case "picklist":
    case "literal":
    case "union":
    case "variant":
      return `must be ${issue.expected}`;
    case "string":
    case "number":
    case "boolean":
      return `must be a ${issue.expected}`;
    case "array":
      return "must be a list";
    default:
      return "breaks a rule";
  }
}
