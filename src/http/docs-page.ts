/** The page that shows /openapi.json: three small files of our own, so that it works under our strict policy. */
import { Transpiler } from "bun";

/** By path: what to serve there. */
export type DocsPage = Record<string, { body: string; type: string }>;

export async function docsPage(): Promise<DocsPage> {
  const read = (name: string) => Bun.file(new URL(`./docs/${name}`, import.meta.url)).text();
  const [html, css, script] = await Promise.all([read("page.html"), read("page.css"), read("page.ts")]);
  return {
    "/docs": { body: html, type: "text/html" },
    "/docs/page.css": { body: css, type: "text/css" },
    "/docs/page.js": {
      body: new Transpiler({ loader: "ts", target: "browser" }).transformSync(script),
      type: "text/javascript",
    },
  };
}
