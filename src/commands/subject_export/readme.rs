//! What a person reads first of what is kept about them.

use std::collections::BTreeMap;

use super::super::person::Person;
use crate::format::things;

/// What there is to say.
pub(super) struct Said<'a> {
    pub(super) desk: &'a str,
    pub(super) person: &'a Person,
    /// Rows by source.
    pub(super) rows: &'a BTreeMap<String, u64>,
    pub(super) files: &'a [&'a str],
    pub(super) as_of: &'a str,
}

/// README.txt.
pub(super) fn text(said: &Said<'_>) -> String {
    let rows = said.rows.iter().map(|(source, n)| format!("  {n} from {source}")).collect::<Vec<_>>();
    let rows = if rows.is_empty() { "  none".to_owned() } else { rows.join("\n") };
    let count = |folder: &str| things(said.files.iter().filter(|f| f.starts_with(folder)).count(), "file", "files");
    let role = if said.person.is_requester { "somebody who asked it for help" } else { "somebody who works there" };
    format!(
        "What deskcard keeps about {person}, as {role}, at {desk}, as of {as_of}.\n\n\
         Rows of the exports that were taken in, as they stand there:\n{rows}\n\n\
         rows/         A file a source. `batch` is the intake that brought the row, `file` and `line` where it stands in the export, `why` why it\n\
        \x20             is here. The other columns are those of the export. The same row in several exports is there several times.\n\
         cards/        {cards}: the scorecards of the person that are published now, as data and as pages, and the rows behind them;\n\
        \x20             in own/ what the person was given as their own.\n\
         readings.csv  Every figure on these cards. `rows` is how many rows it was made of.\n\
         mails/        {mails}: messages to the person, and what became of them. The text of what was sent is not kept.\n\
         person.json   The names the person was looked for by, the intakes, and who asked for the person's data by name.\n\n\
         Other people were left out: colleagues on the roster stand as colleague-1, colleague-2 …, anybody else in a column that holds people\n\
         as person-1, person-2 …; of a colleague's row on the roster only these columns are here. Names in free text of people who are on no roster, and first names alone, may still be there:\n\
         read the files before you hand them on.\n\n\
         Not here, because deskcard does not keep it: the products the exports come from, the export files in their own folder, mail that was\n\
         delivered, printed pages, backups, and what `export`, `rows` or `sql` wrote elsewhere.\n",
        person = said.person.shown,
        desk = said.desk,
        as_of = said.as_of,
        cards = count("cards/"),
        mails = count("mails/"),
    )
}
