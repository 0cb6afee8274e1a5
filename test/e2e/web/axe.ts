/** What axe finds wrong with a page, as lines to read; empty is what we want. */
import type { Page } from "playwright-core";

const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const source = await Bun.file(Bun.resolveSync("axe-core/axe.min.js", import.meta.dir)).text();

interface Found {
  violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
}

export async function violations(page: Page): Promise<string[]> {
  // Through the debugger: the page's own policy rightly refuses foreign scripts.
  await page.evaluate(`if (!globalThis.axe) { ${source} }`);
  const { violations } = await page.evaluate<Found>(
    `axe.run(document, { runOnly: { type: "tag", values: ${JSON.stringify(tags)} } })`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 160)} ${failureSummary}`),
  );
}
