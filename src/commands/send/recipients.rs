//! Who gets which card. Pure: roster, cards and settings in, deliveries and problems out.
//!
//! Owns the rule that nobody gets a card that is not theirs: an agent their own, a lead their team's, a contact their supplier's, a manager
//! the desk's, and anything else only to an address the config itself names.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::facts::Contact;
use crate::format;
use crate::mail::{Address, Mailbox};
use crate::report::mail::Why;
use crate::scorecard::{Card, CardKind};
use crate::settings::mail::Mail;

/// One message to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Delivery {
    /// The recipient.
    pub(super) to: Mailbox,
    /// The card's slug.
    pub(super) card: String,
    /// Why they get it.
    pub(super) why: Why,
}

/// Something that keeps a card from somebody who should get it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::commands) struct Problem {
    /// Stable code: `no-address`, `bad-address`, `domain-not-allowed`, `shared-address`, `no-card`.
    pub(super) code: &'static str,
    /// Who or what it is about. Hostile text.
    pub(super) about: String,
    /// What is wrong and what to do.
    pub(super) text: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", format::label(&self.about, 80), self.text)
    }
}

/// Who gets which card, by card and address, and what stands in the way of others.
pub(super) fn recipients(roster: &[Contact], cards: &[Card], settings: &Mail) -> (Vec<Delivery>, Vec<Problem>) {
    let mut post = Post { settings, cards: Cards::of(cards), deliveries: BTreeMap::new(), problems: BTreeSet::new() };
    let owners = owners(roster);
    for person in roster.iter().filter(|p| !p.has_left && !p.name.trim().is_empty()) {
        for (kind, subject, why) in wanted(person, settings) {
            post.send_to_person(person, &owners, (kind, subject, why));
        }
    }
    post.send_to_named();
    (post.deliveries.into_values().collect(), post.problems.into_iter().collect())
}

/// The cards a person should get: kind, whose, why.
fn wanted<'a>(person: &'a Contact, settings: &Mail) -> Vec<(CardKind, &'a str, Why)> {
    let to = &settings.to;
    let role = person.role.trim().to_lowercase();
    let is = |roles: &[String]| !role.is_empty() && roles.contains(&role);
    let is_outside = !person.supplier.trim().is_empty();
    let mut wanted = Vec::new();
    if to.agents {
        wanted.push((CardKind::Agent, person.name.as_str(), Why::Own));
    }
    if is(&to.leads) && !person.team.trim().is_empty() {
        wanted.push((CardKind::Team, person.team.as_str(), Why::Lead));
    }
    if is(&to.suppliers) && is_outside {
        wanted.push((CardKind::Supplier, person.supplier.as_str(), Why::Supplier));
    }
    // Somebody a supplier employs does not manage the desk, whatever the role is called.
    if is(&to.managers) && !is_outside {
        wanted.push((CardKind::Desk, "", Why::Manager));
    }
    wanted
}

/// The people behind each address: one that two people share is nobody's own.
fn owners(roster: &[Contact]) -> BTreeMap<Address, BTreeSet<&str>> {
    let mut owners: BTreeMap<Address, BTreeSet<&str>> = BTreeMap::new();
    for person in roster {
        for address in person.emails.split(';').filter_map(|text| text.parse::<Address>().ok()) {
            owners.entry(folded(&address)).or_default().insert(person.name.as_str());
        }
    }
    owners
}

/// Hardly any server tells upper from lower case before the @, so neither do we when we ask whose an address is.
fn folded(address: &Address) -> Address {
    address.as_str().to_lowercase().parse().unwrap_or_else(|_| address.clone())
}

/// The cards by kind and name; a name that two cards of a kind share leads to neither.
struct Cards<'a>(BTreeMap<(CardKind, &'a str), Option<&'a Card>>);

impl<'a> Cards<'a> {
    fn of(cards: &'a [Card]) -> Self {
        let mut by_name = BTreeMap::new();
        for card in cards {
            let name = if card.kind == CardKind::Desk { "" } else { card.name.as_str() };
            by_name.entry((card.kind, name)).and_modify(|known| *known = None).or_insert(Some(card));
        }
        Self(by_name)
    }

    fn get(&self, kind: CardKind, name: &str) -> Option<&'a Card> {
        self.0.get(&(kind, name)).copied().flatten()
    }
}

struct Post<'a> {
    settings: &'a Mail,
    cards: Cards<'a>,
    deliveries: BTreeMap<(String, Address), Delivery>,
    problems: BTreeSet<Problem>,
}

impl Post<'_> {
    fn send_to_person(
        &mut self,
        person: &Contact,
        owners: &BTreeMap<Address, BTreeSet<&str>>,
        (kind, subject, why): (CardKind, &str, Why),
    ) {
        let name = person.name.as_str();
        let Some(text) = person.emails.split(';').map(str::trim).find(|text| !text.is_empty()) else {
            return self.problem("no-address", name, "the roster has no mail address: fill in its `emails` column".to_owned());
        };
        let address = match text.parse::<Address>() {
            Ok(address) => address,
            Err(e) => return self.problem("bad-address", name, e.what),
        };
        let others = owners.get(&folded(&address)).map_or(0, BTreeSet::len);
        if others > 1 {
            return self.problem(
                "shared-address",
                name,
                format!("{others} people of the roster have the address `{address}`: nothing is sent to it"),
            );
        }
        self.deliver((kind, subject, why), Mailbox::new(name, address), name);
    }

    fn send_to_named(&mut self) {
        let to = &self.settings.to;
        let desk = to.desk.iter().map(|address| (CardKind::Desk, "", address));
        let teams = to.teams.iter().flat_map(|(name, all)| all.iter().map(move |address| (CardKind::Team, name.as_str(), address)));
        let suppliers =
            to.supplier_contacts.iter().flat_map(|(name, all)| all.iter().map(move |address| (CardKind::Supplier, name.as_str(), address)));
        for (kind, name, address) in desk.chain(teams).chain(suppliers) {
            self.deliver((kind, name, Why::Named), Mailbox::new("", address.clone()), if name.is_empty() { "the desk" } else { name });
        }
    }

    fn deliver(&mut self, (kind, subject, why): (CardKind, &str, Why), to: Mailbox, about: &str) {
        if !to.address.is_in(&self.settings.domains) {
            let domain = to.address.domain().to_owned();
            return self.problem(
                "domain-not-allowed",
                about,
                format!("mail may not go to {domain}: add it to `domains` of [mail] if it should"),
            );
        }
        let Some(card) = self.cards.get(kind, subject) else {
            // Somebody without a ticket or call in the period has no card, and needs none.
            if kind != CardKind::Agent {
                let what = if subject.is_empty() { "the desk".to_owned() } else { format!("`{}`", format::label(subject, 80)) };
                self.problem("no-card", about, format!("there is no card of {what}: see `pages` of [report] and the names on the roster"));
            }
            return;
        };
        // The roster's reason is the better one to give: it came first.
        let key = (card.slug.clone(), folded(&to.address));
        self.deliveries.entry(key).or_insert_with(|| Delivery { to, card: card.slug.clone(), why });
    }

    fn problem(&mut self, code: &'static str, about: &str, text: String) {
        self.problems.insert(Problem { code, about: format::label(about, 120), text });
    }
}

#[cfg(test)]
mod tests;
