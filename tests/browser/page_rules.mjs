// What can be said of a page's bytes: how many they are, that nothing in them can run or call out, that they are valid HTML.

import { readFile, stat } from "node:fs/promises";
import { HtmlValidate } from "html-validate";

const MAX_BYTES = 1_000_000;

const validator = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended"],
  rules: {
    // On a phone the rows of a table are laid out as blocks, and browsers then forget that it is a table: the roles say it again.
    "no-redundant-role": "off",
    "prefer-native-element": "off",
    "doctype-style": ["error", { style: "lowercase" }],
    // A desk may be named as long as it likes; the title names it.
    "long-title": "off",
  },
});

export async function size(file) {
  const { size } = await stat(file);
  return size > MAX_BYTES ? [`${size} bytes, more than ${MAX_BYTES}`] : [];
}

export async function markup(file) {
  const text = await readFile(file, "utf8");
  return [...(await invalid(text)), ...runnable(text), ...policy(text)];
}

// Findings of html-validate, a line each.
async function invalid(text) {
  const report = await validator.validateString(text);
  const messages = report.results.flatMap((result) => result.messages);
  return messages.map((m) => `line ${m.line}: ${m.message} (${m.ruleId})`);
}

// Elements that run, fetch or send.
function runnable(text) {
  const found = text.match(/<(script|iframe|object|embed|form|link|base)\b/gi) ?? [];
  return [...new Set(found)].map((tag) => `has ${tag}>`);
}

function policy(text) {
  const [, content] = text.match(/<meta http-equiv="Content-Security-Policy" content="([^"]*)"/i) ?? [];
  if (content === undefined) return ["no content security policy"];
  const rules = content.split(";").map((rule) => rule.trim());
  const loose = rules.filter((rule) => /\*|https?:|unsafe-eval|script-src(?! 'none')/.test(rule));
  return [...(rules.includes("default-src 'none'") ? [] : ["the policy does not begin with nothing"]), ...loose.map((rule) => `the policy allows: ${rule}`)];
}
