//! The cards by name: on the first page, or, where they are more than a page can hold, on pages of their own.

use super::card_view::{Place, kind_word};
use super::page_view::{card_path, with_targets_first};
use super::parts::{cell_of, column, level_cell_of};
use super::view::{CellView, ColumnView, Link, ListView, ListingView, Mark, RowView, TableView};
use crate::format;
use crate::scorecard::{Card, CardKind, Certainty, Finding, Kpi};
use crate::{key, say};

const MAIN_COLUMNS: usize = 4;
/// Cards that the first page lists: some nine hundred would be more than the megabyte that a page may have.
const MOST_ON_INDEX: usize = 500;
/// Cards on a page of their own.
const MOST_ON_PAGE: usize = 400;
/// The kinds, in the order of the first page.
const KINDS: [CardKind; 3] = [CardKind::Team, CardKind::Supplier, CardKind::Agent];

/// The lists that stand on the first page.
pub(super) fn on_index(place: Place<'_>) -> Vec<TableView> {
    let here = KINDS.into_iter().filter(|kind| !is_apart(place, *kind));
    let mut lists: Vec<TableView> = here.filter_map(|kind| list(place, kind)).collect();
    lists.first_mut().into_iter().for_each(explain_marks);
    lists
}

/// The lists that have pages of their own, with the way there.
pub(super) fn elsewhere(place: Place<'_>) -> Vec<ListingView> {
    let apart = KINDS.into_iter().filter(|kind| is_apart(place, *kind));
    let listing = |kind: CardKind| {
        let parts = parts(place, kind);
        let title = parts.first()?.1.table.title.clone();
        Some(ListingView {
            title,
            note: say!("By name, not by rank.").to_owned(),
            parts: parts.into_iter().map(|(path, part)| Link { text: part.span, href: path }).collect(),
        })
    };
    apart.filter_map(listing).collect()
}

/// The pages that list the cards which the first one does not: path and what it says.
pub(super) fn pages(place: Place<'_>) -> Vec<(String, ListView)> {
    KINDS.into_iter().filter(|kind| is_apart(place, *kind)).flat_map(|kind| parts(place, kind)).collect()
}

/// Whether a page is one of those.
pub(crate) fn is_list(path: &str) -> bool {
    KINDS.into_iter().any(|kind| path.strip_prefix(folder(kind)).is_some_and(|rest| rest.starts_with('-')))
}

/// Whether the cards of a kind have pages of their own: the longest list first, as long as the rest is too much for one page.
fn is_apart(place: Place<'_>, kind: CardKind) -> bool {
    let count = |kind: CardKind| place.scorecard.cards.iter().filter(|c| c.kind == kind).count();
    let mut counts = KINDS.map(|k| (count(k), k == kind));
    counts.sort_by_key(|(n, _)| *n);
    let mut sum = 0;
    counts.into_iter().any(|(n, is_asked)| {
        sum += n;
        is_asked && sum > MOST_ON_INDEX
    })
}

/// A list in pages: the first is `agents-1.html`.
fn parts(place: Place<'_>, kind: CardKind) -> Vec<(String, ListView)> {
    let Some(whole) = list(place, kind) else { return Vec::new() };
    let rows: Vec<&[RowView]> = whole.rows.chunks(MOST_ON_PAGE).collect();
    let path = |i: usize| format!("{}-{}.html", folder(kind), i + 1);
    let span = |rows: &[RowView]| match rows {
        [first, .., last] => format!("{} – {}", first.name.text, last.name.text),
        rows => rows.iter().map(|row| row.name.text.clone()).collect(),
    };
    let link = |at: usize, i: usize| Link { text: span(rows[i]), href: if i == at { String::new() } else { path(i) } };
    let mut table = whole.clone();
    explain_marks(&mut table);
    let part = |at: usize| ListView {
        span: span(rows[at]),
        table: TableView { rows: rows[at].to_vec(), ..table.clone() },
        parts: (0..rows.len()).map(|i| link(at, i)).collect(),
    };
    (0..rows.len()).map(|at| (path(at), part(at))).collect()
}

fn explain_marks(list: &mut TableView) {
    list.note = format!("{} {}", list.note, crate::language::text(MARKS));
}

fn folder(kind: CardKind) -> &'static str {
    match kind {
        CardKind::Desk => "desk",
        CardKind::Team => "teams",
        CardKind::Supplier => "suppliers",
        CardKind::Agent => "agents",
    }
}

/// The cards of one kind, by name, with the measures most of them have in front.
fn list(place: Place<'_>, kind: CardKind) -> Option<TableView> {
    let mut cards: Vec<&Card> = place.scorecard.cards.iter().filter(|c| c.kind == kind).collect();
    cards.sort_by_key(|c| (c.name.to_lowercase(), &c.slug));
    let longest = cards.iter().max_by_key(|c| c.kpis.len())?;
    let judged: Vec<&Kpi> = longest.kpis.iter().filter(|k| k.is_judged).collect();
    let metrics: Vec<&str> = with_targets_first(judged).into_iter().map(|k| k.metric.as_str()).take(MAIN_COLUMNS).collect();
    let columns: Vec<ColumnView> = metrics.iter().map(|m| column(place, m)).collect();
    let cells = |c: &Card| -> Vec<CellView> {
        let of = |metric: &str| -> Option<&Kpi> { c.kpis.iter().find(|k| k.metric == metric) };
        let shown = if kind == CardKind::Agent { level_cell_of } else { cell_of };
        metrics.iter().zip(&columns).map(|(m, l)| shown(place, l, of(m))).chain([stands_out(c)]).collect()
    };
    let rows =
        cards.iter().map(|c| RowView { name: Link { text: format::label(&c.name, 80), href: card_path(c) }, cells: cells(c) }).collect();
    let columns = columns
        .iter()
        .cloned()
        .chain([ColumnView { text: crate::language::text(STANDS_OUT).to_owned(), ..ColumnView::default() }])
        .collect();
    let title = match kind {
        CardKind::Desk => say!("Desk"),
        CardKind::Team => say!("Teams"),
        CardKind::Supplier => say!("Suppliers"),
        CardKind::Agent => say!("Agents"),
    };
    let (title, row_label) = (title.to_owned(), kind_word(kind).to_owned());
    let note = match kind {
        CardKind::Agent => {
            let recent = format::label(&place.scorecard.rule.recent, 60);
            say!("By name, not by rank. Likely levels over {recent}, drawn towards all agents’ as far as few rows demand.", recent)
        }
        _ => say!("By name, not by rank.").to_owned(),
    };
    Some(TableView { title, note, row_label, is_long: false, is_narrow: false, columns, rows })
}

const STANDS_OUT: &str = key!("Stands out");
const MARKS: &str = key!("Under “stands out”, what can be told already: ▲ doing well, ◆ to work on; hollow (△ ◇) if none of it is clear.");

/// How many findings a card has that can be told already; the card says which.
fn stands_out(card: &Card) -> CellView {
    let sides = [("good", ["▲", "△"], &card.doing_well), ("concern", ["◆", "◇"], &card.to_improve)];
    let marks: Vec<Mark> = sides.into_iter().filter_map(|(class, glyphs, findings)| mark(class, glyphs, findings)).collect();
    let value = if marks.is_empty() { say!("nothing yet").to_owned() } else { String::new() };
    CellView { column: crate::language::text(STANDS_OUT).to_owned(), value, is_quiet: marks.is_empty(), marks, ..CellView::default() }
}

/// Clear and leaning findings counted together, coloured if one of them is clear.
fn mark(class: &str, [filled, hollow]: [&str; 2], findings: &[Finding]) -> Option<Mark> {
    let count = |certainty| findings.iter().filter(|f| f.certainty == certainty).count();
    let (clear, leaning) = (count(Certainty::Clear), count(Certainty::Leaning));
    let (class, glyph) = if clear > 0 { (class, filled) } else { ("plain", hollow) };
    let text = format!("{glyph}\u{a0}{}", clear + leaning);
    (clear + leaning > 0).then(|| Mark { class: class.to_owned(), text, word: say!("{clear} clear, {leaning} leaning", clear, leaning) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::scorecard;
    use crate::scorecard::Scorecard;

    /// A desk of so many teams and agents.
    fn desk(teams: usize, agents: usize) -> Scorecard {
        let mut scorecard = scorecard();
        let one = |kind| scorecard.cards.iter().find(|c| c.kind == kind).unwrap().clone();
        let (desk, team, agent) = (one(CardKind::Desk), one(CardKind::Team), one(CardKind::Agent));
        let named = |card: &Card, i: usize| Card { name: format!("N{i:05}"), slug: format!("{}-{i:05}", card.kind.name()), ..card.clone() };
        let teams = (0..teams).map(|i| named(&team, i));
        let agents = (0..agents).map(|i| named(&agent, i));
        scorecard.cards = std::iter::once(desk).chain(teams).chain(agents).collect();
        scorecard
    }

    fn place(scorecard: &Scorecard) -> Place<'_> {
        Place { scorecard, root: "" }
    }

    #[test]
    fn a_usual_desk_is_listed_on_the_first_page() {
        let scorecard = desk(30, 470);
        let titles: Vec<String> = on_index(place(&scorecard)).into_iter().map(|t| t.title).collect();
        assert_eq!(titles, ["Teams", "Agents"]);
        assert!(elsewhere(place(&scorecard)).is_empty() && pages(place(&scorecard)).is_empty());
    }

    #[test]
    fn of_a_large_desk_every_card_is_on_one_page() {
        let scorecard = desk(90, 1_000);
        assert_eq!(on_index(place(&scorecard)).iter().map(|t| t.rows.len()).collect::<Vec<_>>(), [90]);
        let all = pages(place(&scorecard));
        let paths: Vec<&str> = all.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(paths, ["agents-1.html", "agents-2.html", "agents-3.html"]);
        assert!(paths.iter().all(|path| is_list(path)) && !is_list("agents/agent-1.html") && !is_list("desk.html"));
        let names: Vec<&str> = all.iter().flat_map(|(_, view)| view.table.rows.iter().map(|row| row.name.text.as_str())).collect();
        assert!(names.len() == 1_000 && names.is_sorted());
        let links = &elsewhere(place(&scorecard))[0].parts;
        assert_eq!((links[1].text.as_str(), links[1].href.as_str()), ("N00400 – N00799", "agents-2.html"));
        // Where one is, no link leads.
        assert_eq!(all[1].1.parts.iter().map(|l| l.href.as_str()).collect::<Vec<_>>(), ["agents-1.html", "", "agents-3.html"]);
    }

    #[test]
    fn the_longest_list_makes_room_for_the_others() {
        let scorecard = desk(501, 499);
        assert_eq!(on_index(place(&scorecard)).into_iter().map(|t| t.title).collect::<Vec<_>>(), ["Agents"]);
        assert_eq!(elsewhere(place(&scorecard)).into_iter().map(|l| l.title).collect::<Vec<_>>(), ["Teams"]);
    }
}
