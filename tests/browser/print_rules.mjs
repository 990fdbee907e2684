// What a page is on A4: light, not shrunk, and with nothing cut in two that is read in one look.
//
// Where the printer breaks pages is not told to a page. So a tiny link is planted at the top and the bottom of everything that must stay
// whole, and looked for in the PDF, which lists its links page by page.

import { pathToFileURL } from "node:url";

// Whole on one page: a figure, a row, a finding, a tile, a box.
const WHOLE = "figure, tr, .findings > li, .tile, .next, .notes li, .definition, .legend > div, .facts > div";

// On the page of what follows them.
const WITH_NEXT = "h1, h2, h3, tr.has-also, tr.section, thead";

const MARK = "https://mark.invalid/";

export async function findings(browser, file) {
  // A dark screen: what is printed is light all the same.
  const context = await browser.newContext({ colorScheme: "dark", viewport: { width: A4_WIDTH, height: 1000 } });
  try {
    const page = await context.newPage();
    await page.goto(pathToFileURL(file).href);
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const found = await page.evaluate(dark);
    const planted = await page.evaluate(plant, { WHOLE, WITH_NEXT, MARK });
    const pdf = await page.pdf({ preferCSSPageSize: true });
    return [...found, ...broken(planted, marks(pdf.toString("latin1")))];
  } finally {
    await context.close();
  }
}

// 210 mm less the margins of 14 mm, in CSS pixels.
const A4_WIDTH = Math.floor((182 / 25.4) * 96);

// Runs in the page: whether it would be printed in the colours of a dark screen, or be shrunk to fit.
function dark() {
  const found = [];
  const luminance = (colour) => colour.match(/\d+/g).slice(0, 3).reduce((sum, v) => sum + Number(v), 0) / 765;
  const { color, backgroundColor } = getComputedStyle(document.body);
  if (luminance(color) > 0.4 || (!backgroundColor.includes(", 0)") && luminance(backgroundColor) < 0.9)) found.push(`printed as ${color} on ${backgroundColor}`);
  const beyond = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (beyond > 0) found.push(`${beyond} px wider than the sheet, so all of it is printed smaller`);
  return found;
}

// Runs in the page: plants the links; gives back what each pair of them belongs to.
function plant({ WHOLE, WITH_NEXT, MARK }) {
  const isShown = (e) => e.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) && e.getClientRects().length > 0 && e.getBoundingClientRect().height > 2;
  const name = (e) => `<${e.tagName.toLowerCase()} class="${e.getAttribute("class") ?? ""}"> “${e.textContent.trim().replace(/\s+/g, " ").slice(0, 60)}”`;
  const cellOf = (e) => (e.tagName === "THEAD" ? e.rows[0].cells[0] : e.tagName === "TR" ? [...e.cells].find(isShown) : e);
  const link = (e, side, id) => {
    const box = cellOf(e);
    if (getComputedStyle(box).position === "static") box.style.position = "relative";
    const mark = document.createElement("a");
    mark.href = `${MARK}${id}`;
    mark.textContent = ".";
    mark.style.cssText = `all: initial; position: absolute; left: 0; ${side}: 1px; width: 2px; height: 2px; font: 1px/1px sans-serif; display: block`;
    box.append(mark);
  };
  const planted = [];
  const pair = (what, [a, aSide], [b, bSide]) => {
    link(a, aSide, `${planted.length}/a`);
    link(b, bSide, `${planted.length}/b`);
    planted.push(what);
  };
  const isIn = (e) => isShown(e) && (e.tagName !== "TR" || cellOf(e) !== undefined);
  const whole = [...document.querySelectorAll(WHOLE)].filter(isIn);
  const leading = [...document.querySelectorAll(WITH_NEXT)].filter((e) => isIn(e) && !e.classList.contains("hidden"));
  // Looked up before anything is planted: what is planted is no neighbour.
  const followed = leading.map((e) => {
    let from = e;
    while (from && !from.nextElementSibling) from = from.parentElement;
    let next = from?.nextElementSibling;
    while (next && !isShown(next)) next = next.nextElementSibling;
    if (next?.tagName === "TBODY") next = [...next.rows].find(isIn);
    if (next?.tagName === "TABLE") next = next.tHead ?? next.rows[0];
    return [e, next];
  });
  for (const e of whole) pair(`cut in two: ${name(e)}`, [e, "top"], [e, "bottom"]);
  for (const [e, next] of followed) if (next && isIn(next)) pair(`alone at the foot of a sheet: ${name(e)}`, [e, "top"], [next, "top"]);
  return planted;
}

// The sheet on which each mark was first printed, by its name. A table's head is printed again on every sheet of its table.
function marks(pdf) {
  const objects = new Map([...pdf.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id, body]) => [id, body]));
  const sheets = [...objects.values()].filter((body) => /\/Type \/Page\n/.test(body));
  const first = new Map();
  sheets.forEach((sheet, at) => {
    const [, list] = sheet.match(/\/Annots \[([^\]]*)\]/) ?? [, ""];
    for (const [, id] of list.matchAll(/(\d+) 0 R/g)) {
      const [, name] = objects.get(id)?.match(/mark\.invalid\/(\d+\/[ab])\)/) ?? [];
      if (name !== undefined && !first.has(name)) first.set(name, at + 1);
    }
  });
  return first;
}

function broken(planted, first) {
  const sheets = planted.map((what, id) => ({ what, a: first.get(`${id}/a`), b: first.get(`${id}/b`) }));
  const lost = sheets.filter(({ a, b }) => a === undefined || b === undefined);
  const apart = sheets.filter(({ a, b }) => a !== b && a !== undefined && b !== undefined);
  const faults = apart.map(({ what, a, b }) => `${what} (sheets ${a} and ${b})`);
  return lost.length === 0 ? faults : [...faults, `${lost.length} marks not found in the PDF, the first of ${lost[0].what}`];
}
