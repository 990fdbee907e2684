//! By hand, and against loops that look at every pair of contacts of random desks.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::chains::{DEALS, LONGEST, SEED, by_chance, chains, taken};
use super::join::{Call, Rule, joined};
use super::knowledge::{Solved, gaps};
use super::problems::problems;
use super::requesters::requesters;
use super::{Asked, Contact};
use crate::stats::random::Random;

const DAY: i64 = 86_400;
const PHONE: u32 = 0;
const RULE: Rule = Rule { before: 300, after: 3_600, phone: PHONE };

fn ticket(id: i64, at: i64, requester: Option<i64>, subject: u32, channel: Option<u32>) -> Contact {
    Contact { at, requester, subject: Some(subject), cell: subject, channel, id, ticket: Some(id) }
}

fn call(id: i64, start: i64, caller: Option<i64>, named: Option<i64>) -> Call {
    Call { start, end: start + 120, caller, ticket: named, subject: Some(9), cell: 9, id }
}

fn asked(from: i64, to: i64) -> Asked {
    Asked { span: from * DAY..to * DAY, window: 7 * DAY, seen_until: 100 * DAY, months: (to - from) as f64 / 30.4375 }
}

#[test]
fn a_call_and_its_ticket_are_one_contact() {
    let tickets = vec![ticket(1, 1_000, Some(5), 2, None), ticket(2, 50_000, Some(5), 2, Some(1)), ticket(3, 90_000, Some(6), 3, None)];
    let calls = [
        // Names ticket 1, made while the call lasted.
        call(10, 950, Some(5), Some(1)),
        // Names it again the next day: a further contact about the same.
        call(11, 90_000, None, Some(1)),
        // By mail: no record of a call around it.
        call(12, 50_000, Some(5), None),
        // The record of the first call is taken; the second is a contact of its own.
        call(13, 89_900, Some(6), None),
        call(14, 89_950, Some(6), None),
        // Names a ticket that no export has.
        call(15, 500, Some(8), Some(77)),
    ];
    let out = joined(tickets, &calls, RULE);
    let told: Vec<_> = out.iter().map(|c| (c.id, c.at, c.requester, c.subject.unwrap_or(0), c.ticket)).collect();
    assert_eq!(
        told,
        [
            (1, 1_000, Some(5), 2, Some(1)),
            (2, 50_000, Some(5), 2, Some(2)),
            (3, 90_000, Some(6), 3, Some(3)),
            (15, 500, Some(8), 9, None),
            (12, 50_000, Some(5), 9, None),
            (14, 89_950, Some(6), 9, None),
            (11, 90_000, Some(5), 2, Some(1)),
        ]
    );
    assert_eq!([out[0].channel, out[1].channel, out[2].channel], [Some(PHONE), Some(1), Some(PHONE)]);
}

#[test]
fn what_it_took_by_hand() {
    // Requester 1: three contacts a day apart, the second about something else and by another channel; alone again after a month.
    // Requester 2: one contact, long ago enough; requester 3: one, too young to tell. Nobody knows whose the last is.
    let contacts = [
        ticket(1, 10 * DAY, Some(1), 0, Some(0)),
        ticket(2, 11 * DAY, Some(1), 1, Some(1)),
        ticket(3, 12 * DAY, Some(1), 0, None),
        ticket(4, 42 * DAY, Some(1), 0, Some(0)),
        ticket(5, 20 * DAY, Some(2), 0, Some(0)),
        ticket(6, 95 * DAY, Some(3), 0, Some(0)),
        ticket(7, 30 * DAY, None, 0, Some(0)),
    ];
    let asked = asked(0, 100);
    let (any, same) = chains(&contacts, asked.window);
    assert_eq!(any.iter().collect::<Vec<_>>(), [&[0, 1, 2][..], &[3], &[4], &[5]]);
    assert_eq!(same.iter().collect::<Vec<_>>(), [&[0, 2][..], &[3], &[1], &[4], &[5]]);
    let t = taken(&contacts, &any, &same, &asked);
    assert_eq!((t.contacts, t.unknown, t.repeats, t.same_subject), (7, 1, 2, 1));
    assert_eq!((t.chains, t.undecided, t.other_subject, t.switched), ([2, 0, 1, 0, 0], 1, 1, 1));
    assert_eq!(t.switches, BTreeMap::from([((0, 1), 1)]));
    let r = requesters(&contacts, &any, &asked, 1);
    assert_eq!((r.all, r.one_contact, r.undecided), (3, 1, 1));
    assert_eq!((r.bins, r.top_tenth, r.most), ([(2, 2), (0, 0), (1, 4), (0, 0), (0, 0)], None, vec![(1, 4)]));
    let p = problems(&contacts, &same, &asked, 5);
    assert_eq!((p.looked_at, p.repeats, p.top.len()), (1, 1, 1));
    assert_eq!((p.top[0].contacts, p.top[0].repeats, p.top[0].chains, p.top[0].requesters), (6, 1, 1, 1));
    assert_eq!(p.top[0].tickets, [1]);
    assert!((p.confidence - 0.95).abs() < 1e-12 && p.top[0].interval.0 < p.top[0].a_month && p.top[0].a_month < p.top[0].interval.1);
}

#[test]
fn a_gap_needs_much_work_few_articles_and_few_first_contacts() {
    let rows = |subject: u32, n: usize, linked: usize, first: usize| {
        (0..n).map(move |i| Solved { subject, is_linked: Some(i < linked), is_first: Some(i < first) })
    };
    // 0: the usual; 1: a gap; 2: the same gap, but little work; 3: few articles, yet solved at once.
    let all: Vec<Solved> =
        rows(0, 400, 280, 300).chain(rows(1, 300, 30, 90)).chain(rows(2, 10, 0, 1)).chain(rows(3, 300, 30, 280)).collect();
    let found = gaps(&all);
    assert_eq!(found.looked_at, 4);
    assert_eq!(found.gaps.len(), 1);
    let gap = &found.gaps[0];
    assert!(gap.subject == 1 && gap.is_clear && gap.tickets == 300);
    // The others: 310 of 710 linked, 581 of 710 at once; at their rate 245.5 of 300.
    assert!((gap.others.0 - 310.0 / 710.0).abs() < 1e-12 && (gap.missed - (581.0 / 710.0 * 300.0 - 90.0)).abs() < 1e-9);
    let unsaid: Vec<Solved> = all.iter().map(|s| Solved { is_linked: None, ..*s }).collect();
    assert_eq!((gaps(&unsaid).looked_at, gaps(&[]).gaps.len()), (0, 0));
}

#[test]
fn what_chance_alone_brings() {
    // Forty people, each twice about their own of forty matters: every second contact is a repeat, by chance one in some eighty.
    let twice = |i: i64| [ticket(2 * i, 10 * DAY, Some(i), i as u32, None), ticket(2 * i + 1, 11 * DAY, Some(i), i as u32, None)];
    let own: Vec<Contact> = (0..40).flat_map(twice).collect();
    let asked = asked(0, 100);
    let told = |all: &[Contact]| {
        let (any, same) = chains(all, asked.window);
        (taken(all, &any, &same, &asked).same_subject, by_chance(all, &any, &asked))
    };
    let (found, expected) = told(&own);
    assert!(found == 40 && expected < 2.0, "{found}, {expected}");
    // All about one matter: nothing but chance.
    let one: Vec<Contact> = own.iter().map(|c| Contact { subject: Some(7), ..*c }).collect();
    assert_eq!(told(&one), (40, 40.0));
    let unknown: Vec<Contact> = own.iter().map(|c| Contact { subject: None, ..*c }).collect();
    assert_eq!(told(&unknown), (0, 0.0));
}

fn desks() -> impl Strategy<Value = (Vec<Contact>, Asked)> {
    let contact = (
        0_i64..60 * 24,
        proptest::option::weighted(0.9, 0_i64..6),
        proptest::option::weighted(0.9, 0_u32..3),
        0_u32..4,
        proptest::option::of(0_u32..3),
    );
    let contacts = proptest::collection::vec(contact, 0..70).prop_map(|all| {
        let made = all.into_iter().enumerate();
        made.map(|(i, (hour, requester, subject, cell, channel))| {
            // Ids run against the order of the list, so that ties are not decided by it.
            let id = 1_000 - i as i64;
            Contact { at: hour * 3_600, requester, subject, cell, channel, id, ticket: (i % 3 > 0).then_some(id) }
        })
        .collect::<Vec<_>>()
    });
    (contacts, 0_i64..40, 1_i64..30, 1_i64..9).prop_map(|(contacts, from, days, window)| {
        let asked =
            Asked { span: from * DAY..(from + days) * DAY, window: window * DAY, seen_until: 60 * DAY, months: days as f64 / 30.4375 };
        (contacts, asked)
    })
}

/// Whether `a` comes before `b`.
fn is_before(a: &Contact, b: &Contact) -> bool {
    (a.at, a.id) < (b.at, b.id)
}

/// The contact before, of the same requester (and subject), whenever it was.
fn before<'a>(contacts: &'a [Contact], c: &Contact, is_same: bool) -> Option<&'a Contact> {
    let alike = |o: &&Contact| {
        o.requester == c.requester
            && o.requester.is_some()
            && (!is_same || (o.subject == c.subject && c.subject.is_some()))
            && is_before(o, c)
    };
    contacts.iter().filter(alike).fold(None, |last: Option<&Contact>, o| if last.is_none_or(|l| is_before(l, o)) { Some(o) } else { last })
}

/// The first contact of the chain a contact is in, by going back one by one.
fn first<'a>(contacts: &'a [Contact], c: &'a Contact, asked: &Asked, is_same: bool) -> &'a Contact {
    match before(contacts, c, is_same) {
        Some(b) if c.at - b.at <= asked.window => first(contacts, b, asked, is_same),
        _ => c,
    }
}

proptest! {
    #[test]
    fn counts_are_those_of_plain_loops((contacts, asked) in desks()) {
        let (any, same) = chains(&contacts, asked.window);
        let t = taken(&contacts, &any, &same, &asked);
        let now = || contacts.iter().filter(|c| c.at >= asked.span.start && c.at < asked.span.end);
        let is_repeat = |c: &Contact, is_same| before(&contacts, c, is_same).is_some_and(|b| c.at - b.at <= asked.window);
        prop_assert_eq!(t.contacts, now().count() as u64);
        prop_assert_eq!(t.unknown, now().filter(|c| c.requester.is_none()).count() as u64);
        prop_assert_eq!(t.repeats, now().filter(|c| is_repeat(c, false)).count() as u64);
        prop_assert_eq!(t.same_subject, now().filter(|c| is_repeat(c, true)).count() as u64);
        let (mut lengths, mut undecided, mut other, mut switched) = ([0; LONGEST], 0, 0, 0);
        for c in now().filter(|c| c.requester.is_some() && !is_repeat(c, false)) {
            let of: Vec<&Contact> = contacts.iter().filter(|o| o.requester == c.requester && first(&contacts, o, &asked, false) == c).collect();
            if of.len() == 1 && c.at + asked.window > asked.seen_until {
                undecided += 1;
                continue;
            }
            lengths[of.len().min(LONGEST) - 1] += 1;
            other += u64::from(of.iter().filter_map(|o| o.subject).collect::<BTreeSet<_>>().len() > 1);
            switched += u64::from(of.iter().filter_map(|o| o.channel).collect::<BTreeSet<_>>().len() > 1);
        }
        prop_assert_eq!((t.chains, t.undecided, t.other_subject, t.switched), (lengths, undecided, other, switched));
        let changes = now().filter(|c| {
            let b = before(&contacts, c, false).filter(|b| c.at - b.at <= asked.window);
            b.is_some_and(|b| b.channel.is_some() && c.channel.is_some() && b.channel != c.channel)
        });
        prop_assert_eq!(t.switches.values().sum::<u64>(), changes.count() as u64);

        let p = problems(&contacts, &same, &asked, 100);
        prop_assert_eq!(p.repeats, t.same_subject);
        for cell in 0..4 {
            let here: Vec<&Contact> = now().filter(|c| is_repeat(c, true) && first(&contacts, c, &asked, true).cell == cell).collect();
            let found = p.top.iter().find(|p| p.cell == cell);
            prop_assert_eq!(found.map_or(0, |p| p.repeats), here.len() as u64);
            let people: BTreeSet<_> = here.iter().map(|c| c.requester).collect();
            prop_assert_eq!(found.map_or(0, |p| p.requesters), people.len() as u64);
            if let Some(found) = found {
                prop_assert!(found.interval.0 < found.a_month && found.a_month < found.interval.1);
                prop_assert_eq!(found.contacts, now().filter(|c| c.cell == cell).count() as u64);
            }
        }

        let r = requesters(&contacts, &any, &asked, 3);
        let (mut one, mut open, mut counts) = (0, 0, BTreeMap::new());
        for who in 0..6 {
            let own: Vec<&Contact> = contacts.iter().filter(|c| c.requester == Some(who)).collect();
            let mine: Vec<&&Contact> = own.iter().filter(|c| asked.holds(c.at)).collect();
            if mine.is_empty() {
                continue;
            }
            counts.insert(who, mine.len() as u64);
            let is_alone = |c: &&&Contact| own.iter().all(|o| o.id == c.id || (o.at - c.at).abs() > asked.window);
            if mine.iter().all(is_alone) {
                let is_open = mine.iter().any(|c| c.at + asked.window > asked.seen_until);
                if is_open { open += 1 } else { one += 1 }
            }
        }
        prop_assert_eq!((r.all, r.one_contact, r.undecided), (counts.len() as u64, one, open));
        prop_assert_eq!(r.bins.iter().map(|b| b.1).sum::<u64>(), counts.values().sum::<u64>());
        prop_assert_eq!(r.most.first().map(|m| m.1), counts.values().max().copied());
    }

    /// What chance brings, by looking at every pair of contacts of a chain under each deal.
    #[test]
    fn chance_as_every_pair_has_it((contacts, asked) in desks()) {
        let (any, _) = chains(&contacts, asked.window);
        let known: Vec<u32> = any.iter().flatten().copied().filter(|&i| contacts[i as usize].subject.is_some()).collect();
        let mut subjects: Vec<Option<u32>> = known.iter().map(|&i| contacts[i as usize].subject).collect();
        let mut random = Random::new(SEED);
        let mut repeats = 0;
        for _ in 0..DEALS {
            random.shuffle(&mut subjects);
            let dealt: BTreeMap<u32, Option<u32>> = known.iter().copied().zip(subjects.iter().copied()).collect();
            let is_repeat = |chain: &[u32], j: usize| {
                let (now, at) = (dealt.get(&chain[j]), contacts[chain[j] as usize].at);
                let is_before = |i: &u32| dealt.get(i) == now && at - contacts[*i as usize].at <= asked.window;
                now.is_some() && asked.holds(at) && chain[..j].iter().any(is_before)
            };
            repeats += any.iter().map(|chain| (0..chain.len()).filter(|&j| is_repeat(chain, j)).count()).sum::<usize>();
        }
        prop_assert!((by_chance(&contacts, &any, &asked) - repeats as f64 / f64::from(DEALS)).abs() < 1e-12);
    }

    /// The order in which exports are read decides nothing.
    #[test]
    fn order_decides_nothing((contacts, asked) in desks(), turn in 0_usize..70) {
        let told = |contacts: &[Contact]| {
            let (any, same) = chains(contacts, asked.window);
            (taken(contacts, &any, &same, &asked), problems(contacts, &same, &asked, 3), requesters(contacts, &any, &asked, 3), by_chance(contacts, &any, &asked))
        };
        let mut turned = contacts.clone();
        turned.rotate_left(if contacts.is_empty() { 0 } else { turn % contacts.len() });
        turned.reverse();
        prop_assert_eq!(told(&contacts), told(&turned));
    }

    /// Every call is a contact of its own or the record's, and no ticket is lost.
    #[test]
    fn calls_and_tickets_are_joined_without_loss(
        tickets in proptest::collection::vec((0_i64..50_000, 0_i64..4, proptest::option::of(0_u32..2)), 0..25),
        calls in proptest::collection::vec((0_i64..50_000, 0_i64..4, proptest::option::of(0_i64..30)), 0..25),
    ) {
        let tickets: Vec<Contact> =
            tickets.into_iter().enumerate().map(|(i, (at, who, channel))| ticket(i as i64, at, Some(who), 1, channel)).collect();
        let calls: Vec<Call> =
            calls.into_iter().enumerate().map(|(i, (at, who, named))| call(500 + i as i64, at, Some(who), named)).collect();
        let out = joined(tickets.clone(), &calls, RULE);
        prop_assert!(out.iter().zip(&tickets).all(|(a, b)| (a.id, a.at, a.subject) == (b.id, b.at, b.subject)));
        let own: BTreeSet<i64> = out[tickets.len()..].iter().map(|c| c.id).collect();
        let is_near = |c: &Call, t: &Contact| t.at >= c.start - RULE.before && t.at <= c.end + RULE.after;
        for c in &calls {
            let named = c.ticket.and_then(|id| tickets.iter().find(|t| t.id == id));
            match named {
                Some(t) => prop_assert_eq!(own.contains(&c.id), !is_near(c, t)),
                None if c.ticket.is_some() => prop_assert!(own.contains(&c.id)),
                // A call that is no contact of its own has a ticket of its caller around it.
                None => prop_assert!(own.contains(&c.id) || tickets.iter().any(|t| t.requester == c.caller && is_near(c, t))),
            }
        }
        // Tickets that no call names are the record of one call at most.
        let named: BTreeSet<i64> = calls.iter().filter_map(|c| c.ticket).collect();
        let free = tickets.iter().filter(|t| !named.contains(&t.id)).count();
        let merged = calls.iter().filter(|c| c.ticket.is_none() && !own.contains(&c.id)).count();
        prop_assert!(merged <= free);
    }
}
