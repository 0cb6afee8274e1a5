/** Chromium for the tests of the page. Not there: skipped loudly; with CI=true a failure. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const candidates = [
  process.env.CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const executablePath = candidates.find((path) => path !== undefined && existsSync(path));

export const withoutChromium = executablePath === undefined;

if (withoutChromium) {
  const help =
    "Chromium is missing: `apt-get install chromium`, or set CHROMIUM to the path of a Chromium or Chrome.";
  if (process.env.CI === "true") throw new Error(help);
  console.warn(`\nSKIPPED: the tests of the web page. ${help}\n`);
}

export function launch(): Promise<Browser> {
  if (executablePath === undefined) throw new Error("no Chromium");
  return chromium.launch({
    executablePath,
    // The sandbox refuses to run as root. Wheel steps land at once, so that positions can be compared.
    args: ["--no-sandbox", "--disable-smooth-scrolling"],
  });
}
