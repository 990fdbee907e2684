// What mail programs make of the HTML of mails: `npm ci --prefix tests/mail && node tests/mail/caniemail.mjs MAIL.html…`, with files of
// `deskcard send --preview`. For the programs a desk's readers use, Gmail, Outlook for Windows and Apple Mail, every finding must be one of KNOWN, with
// the reason why it does no harm; anything else ends with exit code 1, and so does a reason nothing needs any more. `--all` prints what every program lacks.
import fs from 'node:fs';
import { caniemail } from 'caniemail';

const READERS = ['gmail.*', 'outlook.windows', 'outlook.windows-mail', 'apple-mail.*'];
const OTHERS = ['outlook.*', 'thunderbird.*', 'yahoo.*', 'samsung-email.*', 'protonmail.*', 'gmx.*', 'web-de.*'];

// Feature: why a mail is read without it as well as with it.
const KNOWN = {
  '<body> element': 'Gmail makes it a div; the ground is also the bgcolor of the outermost table.',
  'role attribute': 'Windows Mail leaves it out: a screen reader then announces a table that only sets columns..',
  'display:none': 'Hides the line a list of mails shows. Gmail on the web of a phone shows it: one pixel high, in the colour of its ground. Outlook has mso-hide.',
  display: 'Used as display:none of that line, and as display:block of pictures, which Outlook shows as blocks in a cell of their own anyway.',
  margin: 'Used on h1, h2 and p, from 0 to 12 pixels; what is missing is negative values, auto, and the body, whose margin is also 0 by its table.',
  padding: 'Used on td and th, where it works; on the body it is 0.',
  background: 'Used as background-color alone, which works.',
  'font-size': 'In pixels, which work; rem and percentages do not and are not used.',
  'font-weight': 'Used as bold and normal, which work; numbers do not and are not used.',
  'text-align': 'Used as left and right, which work; start and end do not and are not used.',
  'line-height': 'In pixels; Outlook takes it as the least height, so that a line may be a pixel or two higher.',
  'max-width': 'On the table, where Outlook honours it and has a table of 600 pixels besides, and on the picture, where Apple Mail does.',
  'width attribute': 'In pixels on pictures and cells; on a display of 120 dpi Outlook does not enlarge them with the letters.',
  'width property': 'On the picture, as 100 %; Outlook takes its width attribute instead.',
  'height property': 'auto on the picture, which is what Outlook does anyway.',
  'height attribute': 'One pixel of a ruled line.',
  border: 'One pixel on td and th; what is missing is more than 8 pixels, and borders of paragraphs.',
};

const args = process.argv.slice(2);
const isAll = args[0] === '--all';
const files = isAll ? args.slice(1) : args;
const found = new Map();
for (const file of files) {
  const { issues } = caniemail({ clients: isAll ? [...READERS, ...OTHERS] : READERS, html: fs.readFileSync(file, 'utf8') });
  for (const kind of ['errors', 'warnings']) {
    for (const [client, list] of issues[kind]) {
      for (const { title } of list) {
        const of = found.get(title) ?? new Map();
        found.set(title, of.set(client, kind === 'errors' ? 'not known' : 'known in part'));
      }
    }
  }
}
const shown = ([title, of]) => `${title}: ${[...of].map(([client, how]) => `${client} (${how})`).join(', ')}`;
if (isAll) {
  for (const finding of found) console.log(shown(finding));
} else {
  const strange = [...found].filter(([title]) => !(title in KNOWN)).map(shown);
  const unused = Object.keys(KNOWN).filter((title) => !found.has(title)).map((title) => `${title}: no mail needs this reason any more`);
  const faults = files.length === 0 ? ['no mail was given'] : [...strange, ...unused];
  for (const fault of faults) console.log(fault);
  if (faults.length === 0) console.log(`${files.length} mails, ${found.size} findings, each with its reason`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
