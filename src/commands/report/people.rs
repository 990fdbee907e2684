//! What a report does for the people it is about: what was answered as others may read it, who is named nowhere, a folder a person.

use std::collections::BTreeSet;
use std::path::Path;

use rayon::prelude::*;

use super::looks::recent;
use super::row_files::{Named, RowFiles};
use super::{Base, Judged};
use crate::clock::period::Period;
use crate::commands::Context;
use crate::desk::Desk;
use crate::error::{Error, Result, nearest};
use crate::facts::{self, Facts};
use crate::metrics::{Ask, fold_all};
use crate::privacy::answers::LEAD;
use crate::privacy::{Answered, Answers, Colleagues, People, Withheld, own_view};
use crate::report::outputs::Outputs;
use crate::report::{self, Page};
use crate::scorecard::{Card, CardKind};

/// Folder of the folders of single persons.
pub(in crate::commands) const PEOPLE: &str = "people";

/// Who is named nowhere: the names shown, and all their other names.
#[derive(Debug, Default)]
pub(super) struct OptedOut {
    names: BTreeSet<String>,
    /// Ids, logins, addresses: as they may stand in a row that was set aside.
    others: BTreeSet<String>,
    asked: Vec<String>,
}

impl OptedOut {
    /// Who of the roster is asked for by name or id.
    pub(super) fn of(ctx: &Context, desk: &Desk) -> Result<Self> {
        let mut out = Self::default();
        if ctx.settings.privacy.opt_out.is_empty() {
            return Ok(out);
        }
        let roster = facts::names(desk)?;
        for asked in &ctx.settings.privacy.opt_out {
            let is_meant = |(shown, all): &(&String, &BTreeSet<String>)| shown.trim() == asked.trim() || all.contains(asked.trim());
            let found: Vec<_> = roster.iter().filter(is_meant).collect();
            match found.as_slice() {
                [] => out.asked.push(asked.clone()),
                [(shown, all)] => {
                    out.names.insert((*shown).clone());
                    out.others.extend((*all).iter().cloned());
                }
                _ => return Err(unclear(asked, "more than one person of the roster has the name or id").hint("write the id")),
            }
        }
        Ok(out)
    }

    /// Somebody not on the roster must be in the exports: else a mistyped name would stay on every page.
    pub(super) fn settle(mut self, facts: &Facts) -> Result<Self> {
        for asked in std::mem::take(&mut self.asked) {
            if !facts.off_roster.contains(&asked) {
                let near = nearest(&asked, facts.off_roster.iter().map(String::as_str));
                let hint =
                    near.first().map_or_else(|| "write a name or id as the roster has it".to_owned(), |n| format!("did you mean {n:?}?"));
                return Err(unclear(&asked, "nobody has this name or id").hint(hint));
            }
            self.names.insert(asked);
        }
        Ok(self)
    }

    /// Those who are in no list of a scorecard.
    pub(super) fn withheld(&self, judged: &Judged) -> Withheld {
        Withheld::new(&judged.own, &self.names)
    }

    /// Their other names.
    pub(super) fn others(&self) -> &BTreeSet<String> {
        &self.others
    }
}

fn unclear(asked: &str, why: &str) -> Error {
    Error::config(format!("{why}: {asked:?}")).at("[privacy] opt_out")
}

/// Everybody's answers by period, team, supplier and agent.
pub(super) fn answers(ctx: &Context, facts: &Facts, periods: &[Period]) -> Result<Answers> {
    let by = ["team", "supplier", "agent"].map(str::to_owned).to_vec();
    let metric = ctx.catalogue.get(LEAD)?;
    let ask = Ask { metrics: vec![metric], breakdowns: vec![by], periods: periods.to_vec(), filter: None };
    let readings = fold_all(facts, &ctx.catalogue, &[ask])?;
    let first = recent(ctx, periods, 0).first_day;
    let mut rows = Vec::new();
    for (group, values) in readings.iter().flat_map(|r| r.groups(LEAD, 0)) {
        let [team, supplier, agent] = group.as_slice() else { continue };
        for (period, reading) in values.iter().enumerate() {
            let n = reading.map_or(0, |r| r.n.round() as u64);
            if n > 0 {
                rows.push(Answered { period, team: team.clone(), supplier: supplier.clone(), agent: agent.clone(), n });
            }
        }
    }
    let recent_from = periods.iter().position(|p| p.first_day >= first).unwrap_or_default();
    Ok(Answers { periods: periods.iter().map(|p| p.id.clone()).collect(), recent_from, rows })
}

/// A folder for everybody with a card but those who opted out.
pub(super) fn folders(
    base: &Base<'_>,
    judged: &Judged,
    (people, withheld): (&People, &Withheld),
    templates: Option<&Path>,
) -> Result<Vec<Page>> {
    let outputs = Outputs { link: None, ..base.outputs_of(&judged.own)? };
    let min_n = base.ctx.settings.privacy.min_n;
    let rows = RowFiles::new(judged.rows.iter());
    let colleagues = Colleagues::of(people);
    let agents = judged.own.cards.par_iter().filter(|c| c.kind == CardKind::Agent && !withheld.opted_out.contains(&c.name));
    let of_agent = |card: &Card| -> Result<Vec<Page>> {
        let Some(mine) = own_view(&judged.own, &colleagues, (&card.name, min_n))? else { return Ok(Vec::new()) };
        let mut own = report::own_pages(&mine, &outputs, templates)?;
        own.extend(rows.pages(&mine, Named::Only(&card.name))?);
        Ok(own.into_iter().map(|page| Page { name: format!("{PEOPLE}/{}/{}", card.slug, page.name), ..page }).collect())
    };
    let pages: Vec<Vec<Page>> = agents.map(of_agent).collect::<Result<_>>()?;
    Ok(pages.into_iter().flatten().collect())
}
