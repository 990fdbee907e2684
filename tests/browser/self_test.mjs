// Proves that the checks can fail: a page with one of every fault, and one without any. node --test tests/browser/self_test.mjs

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execPath } from "node:process";
import test from "node:test";
import { fileURLToPath } from "node:url";

const CHECK = fileURLToPath(new URL("check.mjs", import.meta.url));

const page = (head, body) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>A page</title>
${head}
</head>
<body>
<main>
<h1>A page</h1>
${body}
</main>
</body>
</html>
`;

const POLICY = `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`;
const PAPER = "@page { size: A4; margin: 14mm } @media print { tr, figure { break-inside: avoid } h2 { break-after: avoid } }";
const filler = (mm) => `<div style="height: ${mm}mm"></div>`;

const FAULTS = {
  size: page(POLICY, `<p>long</p><!-- ${"long ".repeat(210_000)} -->`),
  markup: page("", "<p>no policy, a double <b id=\"a\">id</b> <b id=\"a\">here</b></p>"),
  axe: page(`${POLICY}<style>p { color: #ccc; background: #fff }</style>`, "<p>pale</p>"),
  network: page(`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src http:">`, `<img src="http://127.0.0.1:9/x.png" alt="x">`),
  console: page(POLICY, `<img src="http://127.0.0.1:9/x.png" alt="x">`),
  overflow: page(`${POLICY}<style>.wide { width: 1400px }</style>`, `<p class="wide">wide</p>`),
  print: page(`${POLICY}<style>${PAPER} .block { display: block }</style>`, `${filler(230)}<figure class="block" style="break-inside: auto"><p>above</p>${filler(60)}<p>below</p></figure>`),
};

function inFolder(pages, run) {
  const folder = mkdtempSync(path.join(tmpdir(), "deskcard-pages-"));
  try {
    for (const [name, text] of Object.entries(pages)) writeFileSync(path.join(folder, `${name}.html`), text);
    return run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a sound page has no findings", () => {
  const table = "<table><caption>Rows</caption><thead><tr><th scope=\"col\">A</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>";
  const sound = page(`${POLICY}<style>${PAPER}</style>`, `<h2>Part</h2>${table}`);
  inFolder({ sound }, (folder) => assert.match(execFileSync(execPath, [CHECK, folder], { encoding: "utf8" }), /1 pages, no findings/));
});

test("every check finds its fault", () => {
  inFolder(FAULTS, (folder) => {
    const { status, stdout } = spawnSync(execPath, [CHECK, folder], { encoding: "utf8" });
    assert.equal(status, 1, stdout);
    for (const name of Object.keys(FAULTS)) assert.match(stdout, new RegExp(`^${name}\\.html: ${name}: `, "m"), `${name}\n${stdout}`);
    for (const word of ["no content security policy", "Duplicate ID", "color-contrast", "cut in two"]) assert.ok(stdout.includes(word), word);
  });
});

test("a heading alone at the foot of a sheet is found", () => {
  const alone = `${filler(258)}<h2 style="break-after: auto">Part</h2><div style="height: 20mm; break-inside: avoid">text</div>`;
  const pages = { alone: page(`${POLICY}<style>@page { size: A4; margin: 14mm } h2 { margin: 0; font-size: 4mm } h1 { margin: 0; font-size: 0 }</style>`, alone) };
  inFolder(pages, (folder) => {
    const { stdout } = spawnSync(execPath, [CHECK, folder], { encoding: "utf8" });
    assert.match(stdout, /alone\.html: print: alone at the foot of a sheet: <h2/, stdout);
  });
});

test("a folder without pages, or none at all, is no pass", () => {
  inFolder({}, (folder) => assert.equal(spawnSync(execPath, [CHECK, folder]).status, 2));
  assert.equal(spawnSync(execPath, [CHECK, "/no/such/folder"]).status, 2);
  assert.equal(spawnSync(execPath, [CHECK]).status, 2);
});
