import { caniemail } from 'caniemail';
import fs from 'fs';
const out = {};
for (const f of ['desk','agent-viktor-hansell-90b263','supplier-norvik-outsourcing-c338db']) {
  const html = fs.readFileSync(`/tmp/mail/preview/${f}.cid.html`,'utf8');
  const r = caniemail({ clients: ['gmail.*','outlook.*','apple-mail.*','thunderbird.*','yahoo.*','samsung-email.*','protonmail.*','gmx.*','web-de.*'], html });
  const add=(kind,issues)=>{ for (const [client, list] of issues.entries ? issues.entries() : Object.entries(issues)) for (const i of list) { const k=`${kind}: ${i.title}`; (out[k] ??= new Set()).add(client + (i.notes?.length? ' ('+i.notes.join(' ').slice(0,120)+')':'')); } };
  add('error', r.issues.errors); add('warning', r.issues.warnings);
  console.log(f, r.success);
}
for (const [k,v] of Object.entries(out)) console.log(k, '\n    ', [...v].slice(0,40).join('; ').slice(0,700));
