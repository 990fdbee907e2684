//! Changes to a whole world: contacts at the same instant, columns the exports do not have.

use super::{Rng, World};

impl World {
    /// The same desk with some contacts of one person at the same instant.
    #[must_use]
    pub(crate) fn with_ties(mut self) -> Self {
        let mut rng = Rng::new(self.seed ^ 0x71E5);
        if let Some(rows) = &mut self.tickets {
            for n in (1..rows.len()).filter(|_| rng.percent(12)).collect::<Vec<_>>() {
                (rows[n].created, rows[n].requester) = (rows[n - 1].created, rows[n - 1].requester.clone());
            }
        }
        if let Some(rows) = &mut self.calls {
            for n in (1..rows.len()).filter(|_| rng.percent(12)).collect::<Vec<_>>() {
                (rows[n].start, rows[n].caller) = (rows[n - 1].start, rows[n - 1].caller.clone());
            }
        }
        // An older state differs in what is told of it, not in when it began.
        self.old_states.retain(|old| {
            self.tickets.iter().flatten().any(|t| t.id == old.id && t.created == old.created && t.requester == old.requester)
        });
        self
    }
}

macro_rules! forget {
    ($rows:expr, $absent:expr, $kind:literal, $($name:literal => $field:ident),* $(,)?) => {
        for row in $rows.iter_mut().flatten() {
            $(if $absent.contains(concat!($kind, ".", $name)) { row.$field = None; })*
        }
    };
}

impl World {
    /// Takes from the typed rows what the files will not have.
    pub(super) fn forget_absent(&mut self) {
        let absent = &self.absent;
        forget!(self.tickets, absent, "tickets",
            "first_response_at" => first_response, "first_response_secs" => first_response_secs, "resolution_secs" => resolution_secs,
            "closed_at" => closed, "updated_at" => updated, "status" => status, "priority" => priority, "category" => category,
            "channel" => channel, "requester" => requester, "group" => group, "first_group" => first_group, "level" => level,
            "assignee" => assignee, "resolver" => resolver, "reassign_count" => reassigned, "reopen_count" => reopened,
            "agent_replies" => replies, "fcr_flag" => fcr_flag, "kb_linked" => kb_linked, "due_response_at" => due_response,
            "due_resolution_at" => due_resolution, "sla_response_met" => response_met, "sla_resolution_met" => resolution_met);
        forget!(self.calls, absent, "calls",
            "end_at" => end, "direction" => direction, "queue" => queue, "agent" => agent, "caller" => caller, "wait_secs" => wait,
            "transfers" => transfers, "is_acd" => is_acd, "ticket_id" => ticket, "fcr_flag" => fcr_flag);
        forget!(self.surveys, absent, "surveys",
            "sent_at" => sent, "agent" => agent, "lost_secs" => lost, "resolved_first_contact" => first_contact);
    }
}
