// What mail programs make of the HTML of mails: `npm install --no-save caniemail && node tests/mail/caniemail.mjs MAIL.html…`, with files of
// `deskcard send --preview`. Prints what any of the programs below does not know.
import fs from 'node:fs';
import { caniemail } from 'caniemail';

const CLIENTS = ['gmail.*', 'outlook.*', 'apple-mail.*', 'thunderbird.*', 'yahoo.*', 'samsung-email.*', 'protonmail.*', 'gmx.*', 'web-de.*'];
const unknown = new Map();
for (const file of process.argv.slice(2)) {
  const { issues } = caniemail({ clients: CLIENTS, html: fs.readFileSync(file, 'utf8') });
  for (const kind of ['errors', 'warnings']) {
    for (const [client, list] of issues[kind]) {
      for (const { title } of list) {
        const key = `${kind}: ${title}`;
        unknown.set(key, (unknown.get(key) ?? new Set()).add(client));
      }
    }
  }
}
for (const [what, clients] of unknown) console.log(`${what}: ${[...clients].join(', ')}`);
