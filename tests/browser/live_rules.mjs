// What a reader's browser makes of a page: accessibility, requests, errors, and whether it is wider than the screen.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// A wide and a narrow screen, in CSS pixels; each in light and dark.
const SCREENS = [{ width: 1280, height: 900 }, { width: 360, height: 740 }];
const SCHEMES = ["light", "dark"];

export async function findings(browser, file, findingsOf) {
  const found = [];
  for (const viewport of SCREENS) {
    for (const colorScheme of SCHEMES) {
      const context = await browser.newContext({ viewport, colorScheme });
      try {
        found.push(...(await seen(context, file, findingsOf)).map((f) => ({ ...f, text: `${viewport.width} px ${colorScheme}: ${f.text}` })));
      } finally {
        await context.close();
      }
    }
  }
  return found;
}

async function seen(context, file, findingsOf) {
  const page = await context.newPage();
  const [url, requests, errors] = [pathToFileURL(file).href, [], []];
  page.on("request", (request) => requests.push(request.url()));
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(url, { waitUntil: "load" });
  const overflow = await findingsOf("overflow", () => page.evaluate(tooWide));
  const axe = await findingsOf("axe", () => violations(page));
  // The page itself, and what it carries inside itself, is no request to anywhere.
  const asked = requests.filter((asked) => asked !== url && !asked.startsWith("data:"));
  const network = await findingsOf("network", async () => asked.map((to) => `asks for ${to}`));
  const console = await findingsOf("console", async () => errors);
  return [...axe, ...network, ...console, ...overflow];
}

async function violations(page) {
  // Evaluated by the debugger, which the page's policy does not bind: it stays as strict as it is.
  await page.evaluate(AXE);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map((v) => `${v.id}: ${v.help}; ${v.nodes.length} × ${v.nodes[0].html.slice(0, 160)}`);
}

// Runs in the page: what makes it wider than the screen, outermost first.
function tooWide() {
  const room = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth;
  if (wide <= room) return [];
  const beyond = [...document.body.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > room + 0.5);
  const names = beyond.slice(0, 3).map((e) => `<${e.tagName.toLowerCase()} class="${e.getAttribute("class") ?? ""}">`);
  return [`${wide - room} px wider than the screen: ${names.join(", ")}`];
}
