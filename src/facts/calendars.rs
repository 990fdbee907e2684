//! The calendars of a config, laid out on the line of time once.

use std::collections::BTreeMap;

use crate::clock::calendar::{Calendar, Schedule};
use crate::error::Result;
use crate::settings::Settings;
use crate::settings::sla::Choice;

/// Years that calendars are laid out for; time outside them is closed.
const YEARS: (i32, i32) = (1990, 2060);

/// The desk's own calendar, the one that never closes, and those with a name.
#[derive(Debug)]
pub(super) struct Calendars {
    own: Calendar,
    always: Calendar,
    named: BTreeMap<String, Calendar>,
}

impl Calendars {
    /// A config error if one of them has no opening hours.
    pub(super) fn new(settings: &Settings) -> Result<Self> {
        let always = Calendar::new(&Schedule::always(settings.desk.time_zone), YEARS.0, YEARS.1)?;
        let of = &settings.calendars;
        let laid_out = |s: &crate::settings::Schedules| s.calendar(YEARS.0, YEARS.1);
        Ok(Self {
            own: of.own.as_ref().map_or_else(|| Ok(always.clone()), laid_out)?,
            named: of.named.iter().map(|(name, s)| Ok((name.clone(), laid_out(s)?))).collect::<Result<_>>()?,
            always,
        })
    }

    /// The desk's own.
    pub(super) fn own(&self) -> &Calendar {
        &self.own
    }

    /// The calendar of that name; `always` never closes.
    pub(super) fn named(&self, name: &str) -> &Calendar {
        if name == "always" { &self.always } else { self.named.get(name).unwrap_or(&self.own) }
    }

    /// The calendar of a choice that does not depend on the ticket.
    pub(super) fn of(&self, choice: &Choice) -> &Calendar {
        match choice {
            Choice::Own => &self.own,
            Choice::Always => &self.always,
            Choice::Named(name) => self.named(name),
            Choice::By { otherwise, .. } => self.of(otherwise),
        }
    }
}
