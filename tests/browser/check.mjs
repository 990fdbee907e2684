#!/usr/bin/env node
// Proves the pages of a report in a browser: node tests/browser/check.mjs FOLDER [--only PART-OF-PATH]... [--chromium PATH] [--jobs N]
//
// Every page of FOLDER is opened from the disk in Debian's Chromium, in light and dark, wide and narrow, and printed on A4.
// Prints a table, a line a page and a column a check, then every finding. Exit code: 0 clean, 1 findings, 2 it could not be run.

import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { argv, env, exit } from "node:process";
import { parseArgs } from "node:util";

const CHECKS = ["size", "markup", "axe", "network", "console", "overflow", "print"];

const usage = () => fail("usage: node tests/browser/check.mjs FOLDER [--only PART-OF-PATH]... [--chromium PATH] [--jobs N]");

function fail(message) {
  console.error(message);
  exit(2);
}

// Every page below a folder, by its path in it.
function pagesOf(folder) {
  const names = readdirSync(folder, { recursive: true }).map(String);
  return names.filter((name) => name.endsWith(".html") && statSync(path.join(folder, name)).isFile()).sort();
}

// A check that could not be run is a finding, never a pass.
async function findingsOf(check, run) {
  try {
    return (await run()).map((text) => ({ check, text }));
  } catch (error) {
    return [{ check, text: `could not be checked: ${String(error.message).split("\n")[0]}` }];
  }
}

async function findings(browser, file, rules) {
  const { static: page, live, printed } = rules;
  const found = [];
  for (const check of ["size", "markup"]) found.push(...(await findingsOf(check, () => page[check](file))));
  found.push(...(await live.findings(browser, file, findingsOf)));
  found.push(...(await findingsOf("print", () => printed.findings(browser, file))));
  return found;
}

// A line a page: how many findings each check has there.
function table(results) {
  const width = Math.max(4, ...results.map((r) => r.name.length));
  const line = (name, cells) => `${name.padEnd(width)}  ${cells.map((c, i) => String(c).padStart(CHECKS[i].length)).join("  ")}`;
  const count = (r, check) => r.found.filter((f) => f.check === check).length || "·";
  return [line("page", CHECKS), ...results.map((r) => line(r.name, CHECKS.map((check) => count(r, check))))].join("\n");
}

async function loaded() {
  try {
    const [{ chromium }, page, live, printed] = await Promise.all([
      import("playwright-core"), import("./page_rules.mjs"), import("./live_rules.mjs"), import("./print_rules.mjs"),
    ]);
    return { chromium, rules: { static: page, live, printed } };
  } catch (error) {
    return fail(`the checks are not installed (npm ci --prefix tests/browser): ${error.message.split("\n")[0]}`);
  }
}

async function main() {
  const options = { only: { type: "string", multiple: true }, chromium: { type: "string" }, jobs: { type: "string" } };
  const { values, positionals } = parseArgs({ args: argv.slice(2), options, allowPositionals: true });
  if (positionals.length !== 1) usage();
  const folder = path.resolve(positionals[0]);
  if (!existsSync(folder)) fail(`no such folder: ${folder}`);
  const names = pagesOf(folder).filter((name) => (values.only ?? [""]).some((part) => name.includes(part)));
  if (names.length === 0) fail(`no pages in ${folder}`);
  const program = values.chromium ?? env.CHROMIUM ?? "/usr/bin/chromium";
  if (!existsSync(program)) fail(`no browser at ${program}; name one with --chromium or CHROMIUM`);
  const { chromium, rules } = await loaded();

  const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  const results = names.map((name) => ({ name, found: [] }));
  const waiting = [...results];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      next.found = await findings(browser, path.join(folder, next.name), rules);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs ?? 3) }, work));
  await browser.close();

  console.log(table(results));
  const all = results.flatMap((r) => r.found.map((f) => `${r.name}: ${f.check}: ${f.text}`));
  for (const text of all) console.log(text);
  console.log(all.length === 0 ? `${names.length} pages, no findings` : `${names.length} pages, ${all.length} findings`);
  exit(all.length === 0 ? 0 : 1);
}

await main();
