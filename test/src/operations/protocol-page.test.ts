import { expect, test } from "bun:test";
import { toJsonSchema } from "@valibot/to-json-schema";
import { limits } from "../../../actors/limits.ts";
import { errors } from "../../../actors/room/errors.ts";
import { type AnyOperation, catalogue } from "../../../src/operations/catalogue.ts";
import { defaultRates } from "../../../src/operations/rate.ts";
import { closeCodes } from "../../../src/protocol/close.ts";

const page = await Bun.file(new URL("../../../docs/protocol.md", import.meta.url)).text();
const operations: readonly AnyOperation[] = catalogue;

test("docs/protocol.md lists every operation with its address and its input, and no other", () => {
  const listed = page
    .slice(page.indexOf("## 10. Operations"))
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split("|").slice(1, 4).join("|").replaceAll(/[` ]+/g, " ").trim());
  expect(listed).toEqual(operations.map(rowOf));
});

test("its budgets are the server's", () => {
  const { write, read, cheap, retry, resume, auth, register } = defaultRates;
  const named = { write, read, notes: cheap, retry, resume, "sign in": auth, register };
  for (const [name, rate] of Object.entries(named)) {
    const perSecond = rate?.perSecond === 0.5 ? "½" : rate?.perSecond;
    expect(page).toContain(`| ${name} | ${rate?.burst} | ${perSecond} |`);
  }
});

test("its bounds are the server's", () => {
  const grouped = (count: number) => count.toLocaleString("en-US");
  const bounds = page
    .slice(page.indexOf("## 10. Operations"), page.indexOf("| operation |"))
    .replaceAll("\n", " ");
  for (const bound of [
    `\`text\` 1–${grouped(limits.textBytesMax)} bytes`,
    `\`key\` 1–${limits.reactionBytesMax} bytes`,
    `1–${limits.nameCharsMax} characters`,
    `\`about\` up to ${limits.aboutCharsMax}`,
    `${limits.loginCharsMin}–${limits.loginCharsMax} of`,
    `passwords ${limits.passwordCharsMin}–${limits.passwordCharsMax} characters`,
    `\`mentions\` up to ${limits.mentionsMax} ids`,
    `up to ${limits.addMax} (\`presence.watch\` ${limits.watchMax})`,
    `\`rooms\` up to ${limits.pageMax}`,
    `\`limit\` 1–${limits.pageMax}`,
  ]) {
    expect(bounds).toContain(bound);
  }
  const { frameBytesMax, textBytesMax, inFlightMax, resumeRoomsMax } = limits;
  expect(page).toContain(JSON.stringify({ frameBytesMax, textBytesMax, inFlightMax, resumeRoomsMax }));
  expect(page).toContain(`"pingMs":${limits.pingMs}`);
  expect(page).toContain(`\`hello\` must come within ${limits.helloMs / 1_000} s`);
  for (const cap of [
    `${limits.roomsPerUserMax} rooms per user`,
    `${limits.editsMax} edits of a post`,
    `${limits.intervalsMax} joinings of one user`,
    `${limits.rulesMax} changes of a room's history rule`,
    `${limits.reactionsPerUserMax} reactions of one user on a post`,
  ]) {
    expect(page.replaceAll("\n", " ")).toContain(cap);
  }
});

test("its codes are the server's: all errors with their status, all reasons to close", () => {
  const listed = /one of a closed set \(`([a-z\s-]+)`\)/.exec(page)?.[1]?.split(/\s+/);
  expect(listed?.sort()).toEqual(Object.keys(errors).sort());
  const statuses = /an error as\s`\{"error":\{…\}\}` with its own status: ([^.]+)\./.exec(page)?.[1] ?? "";
  const told = [...statuses.matchAll(/(\d{3}) `([a-z\s-]+)`/g)].flatMap(([, status, codes = ""]) =>
    codes.split(/\s+/).map((code) => [code, Number(status)] as const),
  );
  expect(told.sort()).toEqual(
    Object.entries(errors)
      .map(([code, { status }]) => [code, status] as const)
      .sort(),
  );
  const closed = [...page.matchAll(/^\| (4\d{3}) \| ([a-z-]+) +\|/gm)].map(([, code, name]) => [
    name,
    Number(code),
  ]);
  expect(closed).toEqual(Object.entries(closeCodes).map(([name, { code }]) => [name, code]));
});

function rowOf({ name, http, input }: AnyOperation): string {
  const schema = toJsonSchema(input, { typeMode: "input", errorMode: "ignore" });
  const required = new Set(schema.required ?? []);
  const fields = Object.keys(schema.properties ?? {})
    .filter((field) => field !== "again")
    .map((field) => (required.has(field) ? field : `${field}?`));
  return `${name} | ${http.method} ${http.path} | ${fields.join(" ")}`.trim();
}
