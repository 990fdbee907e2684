//! The exports of the ticket tool, the telephone system and the survey tool, with the blemishes such exports have.

use crate::contacts::{Call, Outcome, Year};
use crate::csv::line;
use crate::dates::{DAY, HOUR, berlin_to_utc, date, stamp};
use crate::people::{Agent, SUPPLIER, TEAMS};
use crate::rng::Rng;
use crate::ticket::{PRIORITIES, Ticket};
use crate::topics::{CHANNELS, DEPARTMENTS, NASTY, SITES, TOPICS, employee, is_vip, site};

/// The texts of the four files.
pub(crate) struct Exports {
    pub(crate) tickets: String,
    pub(crate) events: String,
    pub(crate) calls: String,
    pub(crate) surveys: String,
}

/// What the ticket tool's own rows need beside the ticket.
struct Desk<'a> {
    staff: &'a [Agent],
    now: i64,
    rng: Rng,
}

/// Writes the year as it stands at a moment.
pub(crate) fn exports(mut year: Year<'_>, now: i64) -> Exports {
    let mut order: Vec<usize> = (0..year.tickets.len()).collect();
    order.sort_by_key(|&at| (year.tickets[at].ask.at, at));
    let mut rank = vec![0; order.len()];
    for (place, &at) in order.iter().enumerate() {
        rank[at] = place;
    }
    year.tickets.iter_mut().for_each(|ticket| ticket.cut(now));
    let sorted: Vec<&Ticket> = order.iter().map(|&at| &year.tickets[at]).collect();
    let mut desk = Desk { staff: year.staff, now, rng: Rng::new(7) };
    Exports {
        tickets: desk.tickets(&sorted),
        events: desk.events(&sorted),
        calls: desk.calls(&year.calls, &rank),
        surveys: desk.surveys(&sorted),
    }
}

/// The number of the ticket at a place.
fn number(place: usize) -> String {
    format!("INC{:07}", 10_001 + place)
}

/// A moment that has come, or nothing.
fn seen(at: i64, now: i64) -> String {
    if at < now { stamp(at) } else { String::new() }
}

/// A file: its head and its rows.
fn file(head: &str, rows: &[String]) -> String {
    let mut text = String::with_capacity(rows.iter().map(String::len).sum::<usize>() + 400);
    text.push_str(head);
    for row in rows {
        text.push_str(row);
    }
    text
}

impl Desk<'_> {
    /// `tickets.csv`.
    fn tickets(&mut self, tickets: &[&Ticket]) -> String {
        let head = "number,opened_at,first_response_at,resolved_at,closed_at,state,priority,category,subcategory,contact_type,\
                    caller_id,u_vip,u_department,location,u_site,assignment_group,vendor,assigned_to,opened_by,resolved_by,\
                    reassignment_count,reopen_count,agent_replies,knowledge,u_fcr,short_description,close_code,sla_due,sys_updated_on\n";
        let rows: Vec<String> = tickets.iter().enumerate().map(|(place, ticket)| self.ticket(place, ticket)).collect();
        file(head, &blemish(rows, tickets))
    }

    /// The row of a ticket.
    fn ticket(&mut self, place: usize, ticket: &Ticket) -> String {
        let (ask, now) = (&ticket.ask, self.now);
        let done = ticket.resolved < now;
        let closed = if ticket.cancelled { ticket.resolved } else { ticket.resolved.saturating_add(5 * DAY) };
        let owner = self.owner_name(place, ticket);
        let solved = done && !ticket.cancelled;
        let (kind, words) = TOPICS[ask.topic].kinds[ask.kind];
        let place_of = SITES[site(ask.requester)];
        let box_set = self.rng.chance(if ticket.first_contact { 0.97 } else { 0.07 });
        line(&[
            &number(place),
            &stamp(ask.at),
            &seen(ticket.response, now),
            &if solved { stamp(ticket.resolved) } else { String::new() },
            &if done { seen(closed, now) } else { String::new() },
            state(ticket, now),
            if place % 4001 == 77 { "TBD" } else { PRIORITIES[ask.priority] },
            TOPICS[ask.topic].name,
            kind,
            CHANNELS[ask.channel],
            &employee(ask.requester),
            if is_vip(ask.requester) { "true" } else { "false" },
            DEPARTMENTS[ask.requester % DEPARTMENTS.len()],
            place_of.0,
            place_of.1,
            TEAMS[self.staff[ticket.owner()].team],
            if self.staff[ticket.owner()].team == SUPPLIER { TEAMS[SUPPLIER] } else { "" },
            &owner,
            &self.opener(ticket),
            if solved { &owner } else { "" },
            &ticket.moves.len().to_string(),
            if ticket.reopened.is_some() { "1" } else { "0" },
            &ticket.replies.to_string(),
            if self.rng.chance(if ticket.first_contact { 0.7 } else { 0.45 }) { "true" } else { "false" },
            if solved && box_set { "true" } else { "false" },
            if place % 800 == 311 { NASTY[place / 800 % NASTY.len()] } else { words },
            self.close_code(ticket, solved),
            &stamp(ticket.due()),
            &stamp(if done && closed < now { closed } else { touched(ticket, now) }),
        ])
    }

    /// The name on the ticket: a handful of the supplier's are of somebody nobody put on the roster.
    fn owner_name(&self, place: usize, ticket: &Ticket) -> String {
        let agent = &self.staff[ticket.owner()];
        let stray = agent.team == SUPPLIER && (date("2026-06-01")..date("2026-07-18")).contains(&(ticket.ask.at / DAY)) && place % 23 == 5;
        if stray { "Toma Ilicsen".to_owned() } else { agent.name_at(ticket.ask.at).to_owned() }
    }

    /// Who opened it: the agent's login, the requester, or the system.
    fn opener(&self, ticket: &Ticket) -> String {
        match CHANNELS[ticket.ask.channel] {
            "Phone" | "Walk-in" => self.staff[ticket.ask.agent].login(),
            "Monitoring" => "system".to_owned(),
            _ => employee(ticket.ask.requester),
        }
    }

    /// How it was closed.
    fn close_code(&mut self, ticket: &Ticket, solved: bool) -> &'static str {
        let work_around = self.rng.chance(if ticket.first_contact { 0.12 } else { 0.3 });
        match (solved, work_around) {
            (false, _) => "",
            (true, false) => "Solved",
            (true, true) => "Work Around",
        }
    }

    /// `ticket_events.csv`: hand-overs, holds and reopenings of the tickets that had any.
    fn events(&self, tickets: &[&Ticket]) -> String {
        let rows: Vec<String> = tickets.iter().enumerate().flat_map(|(place, ticket)| self.ticket_events(place, ticket)).collect();
        file("ticket_id,at,kind,status,assignment_group,assigned_to,actor,actor_role\n", &rows)
    }

    /// The rows of a ticket, in the order of time.
    fn ticket_events(&self, place: usize, ticket: &Ticket) -> Vec<String> {
        if ticket.moves.is_empty() && ticket.hold.is_none() && ticket.reopened.is_none() {
            return Vec::new();
        }
        let mut all = vec![(ticket.ask.at, "created", "New", ticket.ask.agent, "system")];
        all.extend(ticket.moves.iter().map(|&(at, who)| (at, "assigned", "", who, "agent")));
        if let Some((from, to)) = ticket.hold {
            all.extend([(from, "status", "On Hold", ticket.owner(), "agent"), (to, "status", "In Progress", ticket.owner(), "agent")]);
        }
        if let Some((solved, again)) = ticket.reopened {
            all.extend([
                (solved, "resolved", "Resolved", ticket.owner(), "agent"),
                (again, "reopened", "In Progress", ticket.owner(), "requester"),
            ]);
        }
        if !ticket.cancelled {
            all.push((ticket.resolved, "resolved", "Resolved", ticket.owner(), "agent"));
        }
        all.retain(|event| event.0 < self.now);
        all.sort_by_key(|event| event.0);
        all.into_iter().map(|event| self.event(place, ticket, event)).collect()
    }

    /// One row: the group and the assignee stand where they changed.
    fn event(&self, place: usize, ticket: &Ticket, (at, kind, status, who, role): (i64, &str, &str, usize, &str)) -> String {
        let agent = &self.staff[who];
        let changes = matches!(kind, "created" | "assigned");
        let (group, name) = if changes { (TEAMS[agent.team], agent.name_at(at)) } else { ("", "") };
        let actor = match role {
            "agent" => agent.login(),
            "requester" => employee(ticket.ask.requester),
            _ => String::new(),
        };
        line(&[&number(place), &stamp(at), kind, status, group, name, &actor, role])
    }

    /// `calls.csv`, in UTC.
    fn calls(&self, calls: &[Call], rank: &[usize]) -> String {
        let mut order: Vec<&Call> = calls.iter().collect();
        order.sort_by_key(|call| call.start);
        let mut rows: Vec<String> = order.iter().enumerate().map(|(at, call)| self.call(at, call, rank)).collect();
        rows.insert(4000, rows[3999].clone());
        rows.insert(1200, "C0X1,soon,Service Desk Berlin,4101,E1034,12,200,0,40,Answered,0,\n".to_owned());
        rows.insert(2500, "C0X2,2026-02-18 09:11:02,Service Desk Leeds\n".to_owned());
        file("call_id,start,queue,agent,caller,wait_s,talk_s,hold_s,wrap_s,outcome,transferred,ticket_number\n", &rows)
    }

    /// The row of a call.
    fn call(&self, at: usize, call: &Call, rank: &[usize]) -> String {
        let outcome = match call.outcome {
            Outcome::Answered => "Answered",
            Outcome::Abandoned => "Abandoned",
            Outcome::Voicemail => "Voicemail",
        };
        line(&[
            &format!("C{:05}", at + 1),
            &stamp(berlin_to_utc(call.start)),
            TEAMS[call.team],
            &call.agent.map(|agent| self.staff[agent].phone_id()).unwrap_or_default(),
            &employee(call.caller),
            &call.wait.to_string(),
            &call.talk.to_string(),
            &call.hold.to_string(),
            &call.wrap.to_string(),
            outcome,
            if call.transferred { "1" } else { "0" },
            &call.noted.map(|ticket| number(rank[ticket])).unwrap_or_default(),
        ])
    }

    /// `surveys.csv`: sent for two tickets of three an hour after the resolution.
    fn surveys(&mut self, tickets: &[&Ticket]) -> String {
        let mut rows = Vec::new();
        for (place, ticket) in tickets.iter().enumerate() {
            if !ticket.cancelled && ticket.resolved + HOUR < self.now && self.rng.chance(0.64) {
                rows.push(self.survey(place, ticket));
            }
        }
        file("ticket_number,sent_at,answered_at,score,comment\n", &rows)
    }

    /// One survey, answered or not.
    fn survey(&mut self, place: usize, ticket: &Ticket) -> String {
        let sent = ticket.resolved + HOUR;
        let answered = sent + self.rng.wait(18.0 * HOUR as f64) as i64 + 60;
        let (score, remark) = (self.score(ticket), self.rng.below(9));
        if !self.rng.chance(0.42) || answered >= self.now {
            return line(&[&number(place), &stamp(sent), "", "", ""]);
        }
        let comment = match (remark, score) {
            (0, 4..) => "Quick and friendly, thank you",
            (1, 4..) => "Knew how we work in dispatch",
            (0, _) => "Closed without asking me, still broken",
            (1, _) => "Had to explain it \"three times\",\nnobody read the ticket",
            _ => "",
        };
        line(&[&number(place), &stamp(sent), &stamp(answered), &score.to_string(), comment])
    }

    /// One to five: the supplier pleases less, who came from the business more.
    fn score(&mut self, ticket: &Ticket) -> i64 {
        let agent = &self.staff[ticket.owner()];
        let base = if agent.team == SUPPLIER { 0.605 } else { 0.828 };
        let way = if ticket.first_contact { 0.025 } else { -0.045 } - if ticket.late { 0.05 } else { 0.0 };
        if self.rng.chance(base + way + agent.liked) {
            4 + self.rng.below(3).min(1) as i64
        } else {
            1 + self.rng.weighted(&[0.2, 0.25, 0.55]) as i64
        }
    }
}

/// The state of a ticket at a moment.
fn state(ticket: &Ticket, now: i64) -> &'static str {
    match ticket {
        t if t.cancelled && t.resolved < now => "Canceled",
        t if t.resolved + 5 * DAY < now => "Closed",
        t if t.resolved < now => "Resolved",
        t if t.hold.is_some_and(|hold| hold.0 < now && hold.1 >= now) => "On Hold",
        t if t.response < now => "In Progress",
        _ => "New",
    }
}

/// When it was last touched before a moment.
fn touched(ticket: &Ticket, now: i64) -> i64 {
    let hops = ticket.moves.iter().map(|hop| hop.0);
    let rest = [ticket.response, ticket.resolved, ticket.hold.map_or(0, |hold| hold.0)];
    hops.chain(rest).filter(|&at| at < now).max().unwrap_or(ticket.ask.at).max(ticket.ask.at)
}

/// The rows with exact copies, older states of the same tickets and three rows nobody can use.
fn blemish(rows: Vec<String>, tickets: &[&Ticket]) -> Vec<String> {
    let mut out = Vec::with_capacity(rows.len() + 20);
    for (place, row) in rows.into_iter().enumerate() {
        match place {
            p if p % 2500 == 1200 => out.push(older(&row, tickets[place])),
            p if p % 1700 == 900 => out.push(row.clone()),
            3000 => out.push(row.replacen("INC", "BAD", 1).replacen("-0", "-32", 1)),
            5000 => out.push(row.split_once(',').map_or(String::new(), |cells| format!(",{}", cells.1))),
            7000 => out.push("INC9999999,cut off by the row limit\n".to_owned()),
            _ => {}
        }
        out.push(row);
    }
    out
}

/// The same ticket as an earlier export had it: in progress, and touched last at the first response.
fn older(row: &str, ticket: &Ticket) -> String {
    let mut cells: Vec<&str> = row.trim_end().split(',').collect();
    let touched = stamp(ticket.response);
    let last = cells.len() - 1;
    for (cell, value) in [(3, ""), (4, ""), (5, "In Progress"), (19, ""), (last - 2, ""), (last, touched.as_str())] {
        cells[cell] = value;
    }
    cells.join(",") + "\n"
}
