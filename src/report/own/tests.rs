use proptest::prelude::*;

use super::*;
use crate::report::tests::scorecard;

/// A scorecard of agents with these names, each with a page of their own.
fn of_agents(names: &[&str]) -> Scorecard {
    let whole = scorecard();
    let agent = whole.cards.iter().find(|c| c.kind == CardKind::Agent).unwrap();
    let card = |(i, name): (usize, &&str)| Card { name: (*name).to_owned(), slug: format!("a{i}"), ..agent.clone() };
    whole.with_cards(names.iter().enumerate().map(card).collect())
}

fn hidden(scorecard: &Scorecard, owner: usize, text: &str) -> String {
    let mut shown = text.to_owned();
    let card = &scorecard.cards[owner];
    Others::of(&Everybody::of(scorecard), &card.name, &card.slug).hide(&mut shown);
    shown
}

#[test]
fn a_name_is_found_as_words_only() {
    let scorecard = of_agents(&["Al", "Grace Hopper", "", "Owner"]);
    let everybody = Everybody::of(&scorecard);
    let others = Others::of(&everybody, "Owner", "a3");
    assert!(others.are_named("Calls of Al and two others") && others.are_named("(Grace Hopper)"));
    assert!(!others.are_named("All calls") && !others.are_named("anything") && !others.are_named("Owner"));
    assert!(others.has("Al", None) && !others.has("Owner", Some("agents/a3.html")) && others.has("Owner", Some("agents/a1.html")));
}

#[test]
fn names_of_others_are_hidden_and_the_owners_is_not() {
    let scorecard = of_agents(&["Ada Lovelace", "Ada Lovelace-King", "Grace Hopper", "Grace", "Ada"]);
    let cases = [
        ("Ada Lovelace and Grace Hopper, Grace.", "Ada Lovelace and a colleague, a colleague."),
        ("From Ada Lovelace-King to Ada Lovelace", "From a colleague to Ada Lovelace"),
        ("Graceful Adagio, Zoë", "Graceful Adagio, Zoë"),
        ("é Grace é", "é a colleague é"),
    ];
    for (text, wanted) in cases {
        assert_eq!(hidden(&scorecard, 0, text), wanted);
    }
}

/// The same by asking every name at every letter, the longest first.
fn plainly(scorecard: &Scorecard, owner: usize, text: &str) -> String {
    let (name, slug) = (&scorecard.cards[owner].name, &scorecard.cards[owner].slug);
    let mut all: Vec<&str> = scorecard.cards.iter().filter(|c| c.slug != *slug).map(|c| c.name.as_str()).chain([name.as_str()]).collect();
    all.retain(|n| !n.is_empty());
    all.sort_by_key(|n| std::cmp::Reverse(n.len()));
    let is_whole = |at: usize, n: &str| is_edge(text[..at].chars().next_back()) && is_edge(text[at + n.len()..].chars().next());
    let (mut out, mut at) = (String::new(), 0);
    while let Some(c) = text[at..].chars().next() {
        let found = all.iter().find(|n| text[at..].starts_with(**n) && is_whole(at, n));
        match found {
            Some(n) => out.push_str(if n == name { n } else { "a colleague" }),
            None => out.push(c),
        }
        at += found.map_or(c.len_utf8(), |n| n.len());
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn the_same_as_by_asking_every_name(names in proptest::collection::vec("[aAbé. -]{0,6}", 1..20), text in "[aAbé. -]{0,24}") {
        let scorecard = of_agents(&names.iter().map(String::as_str).collect::<Vec<_>>());
        prop_assert_eq!(hidden(&scorecard, 0, &text), plainly(&scorecard, 0, &text));
    }
}
