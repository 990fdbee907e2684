use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::settings::Settings;

fn settings(more: &str) -> Mail {
    let text = format!("[mail]\nhost = \"h\"\nfrom = \"d@x.example\"\ndomains = [\"x.example\", \"norvik.example\"]\n{more}");
    let desk = "\n[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n";
    Settings::parse(&(text + desk), Path::new("deskcard.toml")).unwrap().mail.unwrap()
}

const ALL: &str = "to_agents = true\nto_leads = true\nto_managers = true\nto_suppliers = true";

fn person(name: &str, emails: &str, role: &str, team: &str, supplier: &str) -> Contact {
    let [name, emails, role, team, supplier] = [name, emails, role, team, supplier].map(str::to_owned);
    Contact { name, emails, role, team, supplier, has_left: false }
}

fn card(kind: CardKind, name: &str) -> Card {
    let word = format!("{kind:?}").to_lowercase();
    Card {
        kind,
        name: name.to_owned(),
        slug: format!("{word}-{}", name.replace(' ', "-")),
        about: vec![],
        kpis: vec![],
        goals: vec![],
        next_goals: vec![],
        doing_well: vec![],
        to_improve: vec![],
        empty_because: vec![],
        observations: vec![],
        charts: vec![],
        tables: vec![],
        sections: vec![],
        footer: vec![],
    }
}

fn cards() -> Vec<Card> {
    vec![
        card(CardKind::Desk, "The desk"),
        card(CardKind::Team, "Nord"),
        card(CardKind::Team, "Süd"),
        card(CardKind::Supplier, "Norvik"),
        card(CardKind::Agent, "Ada"),
        card(CardKind::Agent, "Ben"),
        card(CardKind::Agent, "Cleo"),
    ]
}

fn sent(roster: &[Contact], settings: &Mail) -> (Vec<String>, Vec<&'static str>) {
    let (deliveries, problems) = recipients(roster, &cards(), settings);
    let told = deliveries.iter().map(|d| format!("{} {} {:?}", d.card, d.to.address, d.why)).collect();
    (told, problems.iter().map(|p| p.code).collect())
}

#[test]
fn everybody_gets_what_is_theirs() {
    let roster = [
        person("Ada", "ada@x.example; ada@private.example", "Team Lead", "Nord", ""),
        person("Ben", "ben@x.example", "manager", "Nord", ""),
        person("Cleo", "cleo@norvik.example", "supplier contact", "Süd", "Norvik"),
    ];
    let (told, problems) = sent(&roster, &settings(ALL));
    assert_eq!(
        told,
        [
            "agent-Ada ada@x.example Own",
            "agent-Ben ben@x.example Own",
            "agent-Cleo cleo@norvik.example Own",
            "desk-The-desk ben@x.example Manager",
            "supplier-Norvik cleo@norvik.example Supplier",
            "team-Nord ada@x.example Lead",
        ]
    );
    assert!(problems.is_empty());
    assert!(sent(&roster, &settings("to_agents = true")).0.iter().all(|d| d.ends_with("Own")));
}

#[test]
fn what_stands_in_the_way_is_told() {
    let roster = [
        person("Ada", "", "", "Nord", ""),
        person("Ben", "ben at x", "", "Nord", ""),
        person("Cleo", "cleo@elsewhere.example", "", "Nord", ""),
        person("Dora", "dora@x.example", "lead", "West", ""),
    ];
    let (told, problems) = sent(&roster, &settings(ALL));
    assert!(told.is_empty(), "{told:?}");
    assert_eq!(problems, ["bad-address", "domain-not-allowed", "no-address", "no-card"]);
}

#[test]
fn an_address_of_two_people_and_people_who_left_get_nothing() {
    let mut roster = [person("Ada", "Team@x.example", "", "", ""), person("Ben", "ben@x.example;team@X.example", "", "", "")];
    assert_eq!(sent(&roster, &settings(ALL)), (vec!["agent-Ben ben@x.example Own".into()], vec!["shared-address"]));
    roster[1].has_left = true;
    assert_eq!(sent(&roster, &settings(ALL)), (vec![], vec!["shared-address"]), "the mailbox may still be the other one's");
}

#[test]
fn a_suppliers_people_do_not_manage_the_desk_and_two_cards_of_a_name_go_to_nobody() {
    let roster = [person("Cleo", "cleo@norvik.example", "manager", "Süd", "Norvik")];
    assert_eq!(sent(&roster, &settings("to_managers = true")).0, Vec::<String>::new());
    let twice = [cards(), vec![card(CardKind::Team, "Nord")]].concat();
    let lead = [person("Ada", "ada@x.example", "lead", "Nord", "")];
    let (deliveries, problems) = recipients(&lead, &twice, &settings("to_leads = true"));
    assert!(deliveries.is_empty() && problems[0].code == "no-card");
}

#[test]
fn addresses_of_the_config_get_the_card_they_are_named_for_once() {
    let more = "to_managers = true\ndesk = [\"ben@x.example\", \"boss@x.example\"]\nteams = { Nord = \"n@x.example\", West = \"w@x.example\" }\n\
                suppliers = { Norvik = \"c@norvik.example\" }";
    let (told, problems) = sent(&[person("Ben", "Ben@x.example", "manager", "Nord", "")], &settings(more));
    assert_eq!(
        told,
        [
            "desk-The-desk Ben@x.example Manager",
            "desk-The-desk boss@x.example Named",
            "supplier-Norvik c@norvik.example Named",
            "team-Nord n@x.example Named",
        ]
    );
    assert_eq!(problems, ["no-card"]);
}

fn word(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(words).prop_map(str::to_owned)
}

fn any_person(i: usize) -> impl Strategy<Value = Contact> {
    let role = word(&["", "lead", "Team Lead", "manager", "supplier contact", "agent", "MANAGER "]);
    let team = word(&["Nord", "Süd", "", "nord", "West"]);
    let supplier = word(&["", "", "Norvik", "Other", "norvik"]);
    let mail = prop_oneof![
        6 => Just(format!("p{i}@x.example")),
        1 => Just(format!("p{i}@norvik.example;shared@x.example")),
        1 => Just("shared@x.example".to_owned()),
        1 => Just(format!("P{}@X.example", i / 2)),
        1 => word(&["", "x", "a@evil.example", "a@x.example\r\nBcc: b@x.example", " ; ;", "a@x.example.evil.example"]),
    ];
    let name = prop_oneof![3 => Just(format!("Contact {i}")), 1 => word(&["Nord", "The desk", "Norvik", "Contact 1 ", "", "person 0"])];
    let has_left = prop::bool::weighted(0.2);
    (name, mail, role, team, supplier, has_left).prop_map(|(name, emails, role, team, supplier, has_left)| Contact {
        name,
        emails,
        role,
        team,
        supplier,
        has_left,
    })
}

fn any_roster() -> impl Strategy<Value = Vec<Contact>> {
    (0_usize..12).prop_flat_map(|n| (0..n).map(any_person).collect::<Vec<_>>()).prop_map(|mut roster| {
        // The names cards show are unique: that is the roster's own law.
        let mut seen = BTreeSet::new();
        roster.retain(|p| seen.insert(p.name.clone()));
        roster
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    /// Written from the other side: for every delivery there is a person of the roster whose card it is by the plain words of the rule.
    #[test]
    fn nobody_gets_a_card_that_is_not_theirs(roster in any_roster(), flags in any::<[bool; 4]>()) {
        let [agents, leads, managers, suppliers] = flags;
        let mail = settings(&format!(
            "desk = \"nobody@x.example\"\nto_agents = {agents}\nto_leads = {leads}\nto_managers = {managers}\nto_suppliers = {suppliers}"
        ));
        let mut all = vec![card(CardKind::Desk, "The desk"), card(CardKind::Team, "Nord"), card(CardKind::Team, "Süd")];
        all.extend(["Norvik", "Other"].map(|name| card(CardKind::Supplier, name)));
        all.extend(roster.iter().map(|p| card(CardKind::Agent, &p.name)));
        let (deliveries, _) = recipients(&roster, &all, &mail);
        for d in deliveries.iter().filter(|d| d.why != Why::Named) {
            let card = all.iter().find(|c| c.slug == d.card).unwrap();
            prop_assert!(["x.example", "norvik.example"].contains(&d.to.address.domain()));
            let has = |p: &&Contact| p.emails.split(';').any(|m| m.trim().eq_ignore_ascii_case(d.to.address.as_str()));
            let owners: Vec<&Contact> = roster.iter().filter(has).collect();
            prop_assert_eq!(owners.len(), 1, "an address of {} people", owners.len());
            let owner = owners[0];
            let role = owner.role.trim().to_lowercase();
            prop_assert!(!owner.has_left && d.to.name() == owner.name.trim());
            prop_assert!(match card.kind {
                CardKind::Agent => agents && card.name == owner.name,
                CardKind::Team => leads && ["lead", "team lead"].contains(&role.as_str()) && card.name == owner.team,
                CardKind::Supplier => suppliers && role == "supplier contact" && card.name == owner.supplier,
                CardKind::Desk => managers && role == "manager" && owner.supplier.is_empty(),
            }, "{:?} to {:?}", card.slug, owner);
        }
        let once: BTreeSet<(&str, String)> = deliveries.iter().map(|d| (d.card.as_str(), d.to.address.as_str().to_lowercase())).collect();
        prop_assert_eq!(once.len(), deliveries.len());
        // And whoever has a good address of their own gets their card.
        for p in roster.iter().filter(|p| agents && !p.has_left && !p.name.trim().is_empty() && p.emails == format!("p{}@x.example", p.name.trim_start_matches("Contact "))) {
            let others = roster.iter().filter(|o| o.name != p.name && o.emails.split(';').any(|m| m.trim().eq_ignore_ascii_case(&p.emails))).count();
            prop_assert_eq!(deliveries.iter().any(|d| d.why == Why::Own && d.to.address.as_str() == p.emails), others == 0);
        }
    }
}
