//! `[sla]`: what is promised to whom, and by which clock it is measured.

mod aim;
mod rules;
pub(crate) mod what_if;

pub use aim::{Aim, Promises, Targets};
pub use rules::{Choice, Rules};

use super::node::{Node, Table, joined};
use crate::clock::sla::Kind;
use crate::clock::timeline::Status;
use crate::error::Result;
use std::collections::BTreeSet;

/// The clocks by the names they have in the config, on pages and in the facts.
pub const CLOCKS: [(&str, Kind); 8] = [
    ("response", Kind::FirstResponse),
    ("next_response", Kind::NextResponse),
    ("update", Kind::Update),
    ("resolution", Kind::Resolution),
    ("work", Kind::Work),
    ("wait", Kind::Wait),
    ("group", Kind::Group),
    ("supplier", Kind::Supplier),
];

/// Statuses by the words of the canonical column, in the config and in the facts.
pub const STATUSES: [(&str, Status); 6] = [
    ("new", Status::New),
    ("open", Status::Open),
    ("pending", Status::Pending),
    ("resolved", Status::Resolved),
    ("closed", Status::Closed),
    ("cancelled", Status::Cancelled),
];

/// The number of a clock in [`CLOCKS`].
pub fn clock_number(kind: Kind) -> usize {
    CLOCKS.iter().position(|(_, k)| *k == kind).unwrap_or(0)
}

/// The name of the policy that `[sla.targets]` makes.
pub const OWN_TARGETS: &str = "targets";

/// `[sla]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sla {
    /// In order: the first that applies to a ticket counts. `[sla.targets]` is the last of them.
    pub policies: Vec<Policy>,
    /// How clocks run where no policy promises anything and the export's due times count.
    pub rules: Rules,
    /// Who has to act while a ticket waits.
    pub parties: Parties,
}

impl Sla {
    /// Every clock with the rules of a policy, or of the export's due times.
    pub fn all_rules(&self) -> impl Iterator<Item = &Rules> {
        self.policies.iter().map(|p| &p.rules).chain([&self.rules])
    }

    /// The longest time any policy allows, in seconds of the clock that measures it; 0 where nothing is promised.
    pub fn longest_secs(&self) -> i64 {
        let aims = self.policies.iter().flat_map(|p| (0..CLOCKS.len()).flat_map(|clock| p.aims(clock)));
        aims.map(Aim::rough_secs).max().unwrap_or(0)
    }

    /// Whether any policy promises something for the clock.
    pub fn promises(&self, kind: Kind) -> bool {
        self.policies.iter().any(|p| p.promises(kind))
    }
}

/// `[[sla.policy]]`: who is promised what, measured how.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Its name on the pages.
    pub name: String,
    /// A condition in SQL over the ticket facts; None: it applies to every ticket.
    pub when: Option<String>,
    /// The first and the last day, in days since 1970, on which a clock may start for the policy to apply to it.
    pub days: (Option<i32>, Option<i32>),
    /// How its clocks run.
    pub rules: Rules,
    /// What is promised, by the day from which it holds, ascending; never empty.
    pub targets: Vec<Targets>,
    /// Where it stands in the config.
    pub at: String,
}

impl Policy {
    /// Whether it promises anything for the clock, to any priority at any time.
    pub fn promises(&self, kind: Kind) -> bool {
        self.aims(clock_number(kind)).next().is_some()
    }

    /// What is to be kept for a clock of [`CLOCKS`], of any priority at any time.
    fn aims(&self, number: usize) -> impl Iterator<Item = &Aim> {
        self.targets.iter().flat_map(|t| t.by_priority.iter().flatten()).filter_map(move |p| p.aims[number].as_ref())
    }
}

/// `[sla.parties]`: who has to act while a ticket is on hold, by hold reason in lower case; the requester for any other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parties {
    /// The desk itself.
    pub desk: BTreeSet<String>,
    /// Second and third level.
    pub second_level: BTreeSet<String>,
    /// An outside company.
    pub supplier: BTreeSet<String>,
}

const OWN_KEYS: [&str; 3] = ["targets", "policy", "parties"];
pub(super) const KEYS: &[&str] = &joined::<{ OWN_KEYS.len() + rules::KEYS.len() }>(&OWN_KEYS, &rules::KEYS);
const POLICY_OWN_KEYS: [&str; 5] = ["name", "when", "from", "until", "targets"];
pub(super) const POLICY_KEYS: &[&str] = &joined::<{ POLICY_OWN_KEYS.len() + rules::KEYS.len() }>(&POLICY_OWN_KEYS, &rules::KEYS);

/// `[sla]`; `calendars` are the names of `[calendars.NAME]`.
pub(super) fn sla(root: &Table<'_>, calendars: &[&str]) -> Result<Sla> {
    let Some(node) = root.get("sla") else {
        return Ok(Sla { policies: Vec::new(), rules: Rules::default(), parties: Parties::default() });
    };
    let table = node.table("[sla]", KEYS)?;
    let rules = Rules::read(&table, &Rules::default(), calendars)?;
    let mut policies = Vec::new();
    for node in table.tables("policy")? {
        let policy = policy(&node, &rules, calendars)?;
        if policy.name == OWN_TARGETS {
            let error = node.error(format!("a policy cannot be called `{OWN_TARGETS}`"));
            return Err(error.hint("that is the name of [sla.targets]; choose another"));
        }
        if let Some(other) = policies.iter().find(|p: &&Policy| p.name == policy.name) {
            return Err(node.error(format!("there are two policies `{}`", policy.name)).hint(format!("the other stands at {}", other.at)));
        }
        policies.push(policy);
    }
    if let Some(node) = table.get("targets") {
        let targets = vec![aim::targets(&node, "[sla.targets]", false)?];
        let (name, at) = (OWN_TARGETS.to_owned(), node.key_place());
        policies.push(Policy { name, when: None, days: (None, None), rules: rules.clone(), targets, at });
    }
    policies.iter().try_for_each(rules::check)?;
    let has_groups = policies.iter().any(|p| !p.rules.groups.is_empty());
    if has_groups && !policies.iter().any(|p| p.promises(Kind::Group)) {
        let error = table.error("`groups` are named, and no policy has a target `group` for them");
        return Err(error.hint("write default = { group = \"8bh\" }"));
    }
    Ok(Sla { policies, rules, parties: parties(&table)? })
}

fn policy(node: &Node<'_>, base: &Rules, calendars: &[&str]) -> Result<Policy> {
    let table = node.table("[[sla.policy]]", POLICY_KEYS)?;
    let name = table.need("name")?.text()?.to_owned();
    let targets = table.need("targets").map_err(|e| e.hint("say what it promises: targets = { default = { resolution = \"8bh\" } }"))?;
    let mut targets = targets.items().iter().map(|n| aim::targets(n, "the targets of a policy", true)).collect::<Result<Vec<_>>>()?;
    targets.sort_by_key(|t| t.from);
    if let Some(pair) = targets.windows(2).find(|pair| pair[0].from == pair[1].from) {
        return Err(table.need("targets")?.error("two tables of targets hold from the same day").hint(match pair[0].from {
            Some(day) => format!("both from {}", crate::clock::day_text(day)),
            None => "give the later one a day: from = \"2026-07-01\"".to_owned(),
        }));
    }
    let day = |key| table.get(key).map(|n| n.day()).transpose();
    let days = (day("from")?, day("until")?);
    if let (Some(from), Some(until)) = days
        && until < from
    {
        return Err(table.need("until")?.error(format!("the policy `{name}` ends before it begins")));
    }
    Ok(Policy { name, when: table.text("when")?, days, rules: Rules::read(&table, base, calendars)?, targets, at: node.place() })
}

fn parties(sla: &Table<'_>) -> Result<Parties> {
    let Some(node) = sla.get("parties") else { return Ok(Parties::default()) };
    let table = node.table("[sla.parties]", &["desk", "second_level", "supplier"])?;
    let words = |key| -> Result<BTreeSet<String>> { Ok(table.texts(key)?.into_iter().map(|w| w.trim().to_lowercase()).collect()) };
    let parties = Parties { desk: words("desk")?, second_level: words("second_level")?, supplier: words("supplier")? };
    for (one, other) in
        [(&parties.desk, &parties.second_level), (&parties.desk, &parties.supplier), (&parties.second_level, &parties.supplier)]
    {
        if let Some(word) = one.intersection(other).next() {
            return Err(table.error(format!("[sla.parties] names the hold reason `{word}` twice")));
        }
    }
    Ok(parties)
}
