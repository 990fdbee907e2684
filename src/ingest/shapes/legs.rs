//! The legs of one call folded into one row: a transfer, a second queue or a rung phone is not another call.
//!
//! The order in which a file lists the legs does not matter, and times that add up in the legs add up in the call.

use std::cmp::Ordering;

/// The code of the outcome `answered`: its place in the list of the column's words.
pub const ANSWERED: u8 = 0;
/// The code of the outcome `abandoned`.
pub const ABANDONED: u8 = 1;
/// The code of the outcome `self_service`.
pub const SELF_SERVICE: u8 = 5;
/// The code of the direction `inbound`.
pub const INBOUND: u8 = 0;

/// What is known of one leg, or of a whole call once it is folded. Instants are seconds since 1970 in UTC, durations seconds;
/// outcomes and directions are places in the word lists of their columns, texts are codes given by whoever holds the texts.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Leg<'a> {
    /// The leg's own id; decides between legs that start at once.
    pub id: &'a str,
    /// When the leg started.
    pub start: Option<i64>,
    /// When an agent picked up.
    pub answer: Option<i64>,
    /// When it ended.
    pub end: Option<i64>,
    /// In the queue.
    pub wait: Option<i64>,
    /// Ringing at the agent's desk.
    pub ring: Option<i64>,
    /// Talking, without hold.
    pub talk: Option<i64>,
    /// On hold.
    pub hold: Option<i64>,
    /// Work after it.
    pub acw: Option<i64>,
    /// Talk, hold and work after it.
    pub handle: Option<i64>,
    /// Inbound, outbound or internal.
    pub direction: Option<u8>,
    /// How it ended for the caller.
    pub outcome: Option<u8>,
    /// How often it was handed on, as the product says.
    pub transfers: Option<i64>,
    /// The queue that answered or lost it.
    pub queue: Option<u32>,
    /// The queue it first entered.
    pub first_queue: Option<u32>,
    /// The agent.
    pub agent: Option<u32>,
    /// Who rang.
    pub caller: Option<u32>,
    /// The agent's code for what it was about.
    pub wrap_code: Option<u32>,
    /// What it was about.
    pub category: Option<u32>,
    /// The ticket it was recorded on.
    pub ticket_id: Option<u32>,
    /// Whether a queue delivered it.
    pub is_acd: Option<bool>,
    /// Whether it was ticked as solved.
    pub fcr_flag: Option<bool>,
    /// The caller's satisfaction.
    pub csat_score: Option<f64>,
}

impl Leg<'_> {
    /// The same leg with an outcome that fits its agent. For products whose outcome speaks of the machine, not of the agent
    /// (`ANSWERED` by the queue's music, "not abandoned" because it went to voicemail), and for those that state none.
    ///
    /// An inbound leg (or one of no known direction) said to be answered, or of which nothing is said, is
    /// answered if an agent took it, else `self_service` if it entered no queue, else `no_agent`. Other outcomes stay.
    #[must_use]
    pub fn settled(mut self, no_agent: u8) -> Self {
        let is_open = matches!(self.outcome, None | Some(ANSWERED));
        let is_inbound = matches!(self.direction, None | Some(INBOUND));
        if is_open && is_inbound {
            self.outcome = Some(match (self.agent, self.queue.or(self.first_queue)) {
                (Some(_), _) => ANSWERED,
                (None, None) => SELF_SERVICE,
                (None, Some(_)) => no_agent,
            });
        }
        self
    }

    fn is_answered(&self) -> bool {
        self.outcome == Some(ANSWERED)
    }
}

/// The places of the legs in the order in which they happened: by start, then by id, then by everything else, so that the order
/// they are given in cannot show. A leg without a start comes last.
pub fn order(legs: &[Leg<'_>]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..legs.len()).collect();
    places.sort_by(|&a, &b| before(&legs[a], &legs[b]));
    places
}

fn before(a: &Leg<'_>, b: &Leg<'_>) -> Ordering {
    let start = |l: &Leg<'_>| l.start.unwrap_or(i64::MAX);
    // An answered leg comes after the unanswered ring of the same second.
    let times = |l: &Leg<'_>| (l.answer.is_some(), l.answer, l.end, l.is_answered());
    let lengths = |l: &Leg<'_>| (l.wait, l.ring, l.talk, l.hold, l.acw, l.handle, l.transfers);
    let codes = |l: &Leg<'_>| (l.direction, l.outcome, l.queue, l.first_queue, l.agent, l.caller, l.wrap_code, l.category);
    let rest = |l: &Leg<'_>| (l.ticket_id, l.is_acd, l.fcr_flag, l.csat_score.map(f64::to_bits));
    start(a)
        .cmp(&start(b))
        .then_with(|| a.id.cmp(b.id))
        .then_with(|| times(a).cmp(&times(b)))
        .then_with(|| lengths(a).cmp(&lengths(b)))
        .then_with(|| codes(a).cmp(&codes(b)))
        .then_with(|| rest(a).cmp(&rest(b)))
}

/// One call of its legs, in any order; no legs are an empty call.
///
/// - `id`: the first leg's.
/// - `start`: the earliest. `answer`: the earliest. `end`: the latest.
/// - `wait`: the waits up to and including the first answered leg; of all legs if none was answered.
/// - `ring`, `talk`, `hold`, `acw`, `handle`: the sums of what is known; unknown only if no leg knows it.
/// - `outcome`: answered if any leg is, else the last known.
/// - `agent`: the last answered leg's that has one. Of a call known not to be answered none: to be rung is not to answer.
/// - `queue`, `wrap_code`: the last answered leg's that has one, else the last known. `first_queue`: the first known of any leg.
/// - `transfers`: the largest a leg states; if none does, one less than the answered legs, and none of an unanswered call.
/// - `direction`, `caller`: the first known: a call handed on stays the caller's call.
/// - everything else (ticket, flags, category, score): the last known.
pub fn fold<'a>(legs: &[Leg<'a>]) -> Leg<'a> {
    let sorted: Vec<Leg<'a>> = order(legs).into_iter().map(|place| legs[place]).collect();
    let call = Call(&sorted);
    Leg {
        id: sorted.first().map_or("", |l| l.id),
        start: call.all(|l| l.start).min(),
        answer: call.all(|l| l.answer).min(),
        end: call.all(|l| l.end).max(),
        wait: Call(call.until_answered()).sum(|l| l.wait),
        ring: call.sum(|l| l.ring),
        talk: call.sum(|l| l.talk),
        hold: call.sum(|l| l.hold),
        acw: call.sum(|l| l.acw),
        handle: call.sum(|l| l.handle),
        direction: call.all(|l| l.direction).next(),
        outcome: call.of_answer(|l| l.outcome),
        transfers: Some(call.transfers()),
        queue: call.of_answer(|l| l.queue),
        first_queue: call.all(|l| l.first_queue.or(l.queue)).next(),
        agent: call.agent(),
        caller: call.all(|l| l.caller).next(),
        wrap_code: call.of_answer(|l| l.wrap_code),
        category: call.all(|l| l.category).next_back(),
        ticket_id: call.all(|l| l.ticket_id).next_back(),
        is_acd: call.all(|l| l.is_acd).next_back(),
        fcr_flag: call.all(|l| l.fcr_flag).next_back(),
        csat_score: call.all(|l| l.csat_score).next_back(),
    }
}

/// The legs of a call in the order in which they happened.
#[derive(Clone, Copy)]
struct Call<'l, 'a>(&'l [Leg<'a>]);

impl<'l, 'a> Call<'l, 'a> {
    /// What is known of it, in order.
    fn all<T>(self, of: impl Fn(&Leg<'a>) -> Option<T>) -> impl DoubleEndedIterator<Item = T> {
        self.0.iter().filter_map(of)
    }

    /// The sum of what is known.
    fn sum(self, of: impl Fn(&Leg<'a>) -> Option<i64>) -> Option<i64> {
        self.all(of).reduce(i64::saturating_add)
    }

    /// The last answered leg's, if it is known of any answered leg; else the last known.
    fn of_answer<T>(self, of: impl Fn(&Leg<'a>) -> Option<T>) -> Option<T> {
        let answered = self.all(|l| if l.is_answered() { of(l) } else { None }).next_back();
        answered.or_else(|| self.all(of).next_back())
    }

    /// Who answered; if nothing is known of how it ended, the last known.
    fn agent(self) -> Option<u32> {
        match self.of_answer(|l| l.outcome) {
            None | Some(ANSWERED) => self.of_answer(|l| l.agent),
            Some(_) => None,
        }
    }

    /// The legs up to and including the first answered one; all of them if none was.
    fn until_answered(self) -> &'l [Leg<'a>] {
        let end = self.0.iter().position(Leg::is_answered).map_or(self.0.len(), |place| place + 1);
        &self.0[..end]
    }

    fn transfers(self) -> i64 {
        let answered = self.0.iter().filter(|l| l.is_answered()).count();
        self.all(|l| l.transfers).max().unwrap_or_else(|| i64::try_from(answered.saturating_sub(1)).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columns::Source;
    use proptest::collection::vec;
    use proptest::option::of;
    use proptest::prelude::*;

    const OVERFLOW: u8 = 4;

    fn leg(start: i64, outcome: u8) -> Leg<'static> {
        Leg { id: "c", start: Some(start), outcome: Some(outcome), ..Leg::default() }
    }

    #[test]
    fn codes_are_places_in_the_columns_words() {
        let word = |column: &str, code: u8| Source::Calls.column(column).and_then(|c| c.kind.words()).map(|w| w[usize::from(code)]);
        let outcomes = [ANSWERED, ABANDONED, OVERFLOW, SELF_SERVICE].map(|c| word("outcome", c).expect("an outcome"));
        assert_eq!(outcomes, ["answered", "abandoned", "overflow", "self_service"]);
        assert_eq!(word("direction", INBOUND), Some("inbound"));
    }

    #[test]
    fn a_call_handed_on_is_one_call() {
        let overflowed = Leg { wait: Some(60), queue: Some(1), end: Some(160), caller: Some(9), ..leg(100, OVERFLOW) };
        let first = Leg { wait: Some(20), talk: Some(90), ring: Some(4), queue: Some(2), agent: Some(11), ..leg(160, ANSWERED) };
        let first = Leg { answer: Some(180), end: Some(270), wrap_code: Some(5), acw: Some(7), ..first };
        let second = Leg { wait: Some(15), talk: Some(200), queue: Some(3), agent: Some(12), caller: Some(8), ..leg(270, ANSWERED) };
        let second = Leg { answer: Some(285), end: Some(485), ..second };
        let call = fold(&[second, first, overflowed]);
        let told = (call.start, call.answer, call.end, call.wait, call.talk, call.ring, call.acw);
        assert_eq!(told, (Some(100), Some(180), Some(485), Some(80), Some(290), Some(4), Some(7)));
        assert_eq!((call.queue, call.first_queue, call.agent, call.caller, call.wrap_code), (Some(3), Some(1), Some(12), Some(9), Some(5)));
        assert_eq!((call.outcome, call.transfers, call.hold), (Some(ANSWERED), Some(1), None));
    }

    #[test]
    fn an_answered_call_stays_answered_and_its_later_wait_does_not_count() {
        let answered = Leg { wait: Some(10), queue: Some(1), agent: Some(7), ..leg(0, ANSWERED) };
        let lost = Leg { wait: Some(300), queue: Some(2), ..leg(50, ABANDONED) };
        let call = fold(&[answered, lost]);
        assert_eq!((call.outcome, call.wait, call.queue, call.agent), (Some(ANSWERED), Some(10), Some(1), Some(7)));
        assert_eq!(call.transfers, Some(0));
        let both_lost = fold(&[Leg { queue: Some(1), ..leg(0, OVERFLOW) }, lost]);
        assert_eq!((both_lost.outcome, both_lost.wait, both_lost.queue), (Some(ABANDONED), Some(300), Some(2)));
    }

    #[test]
    fn a_stated_number_of_transfers_wins() {
        let stated = |transfers| Leg { transfers, ..leg(0, ANSWERED) };
        assert_eq!(fold(&[stated(Some(2)), stated(Some(2)), stated(None)]).transfers, Some(2));
        assert_eq!(fold(&[stated(None), stated(None), stated(None)]).transfers, Some(2));
        assert_eq!(fold(&[leg(0, ABANDONED)]).transfers, Some(0));
        assert_eq!(fold(&[]), Leg { transfers: Some(0), ..Leg::default() });
    }

    #[test]
    fn at_the_same_second_the_ring_comes_before_the_answer() {
        let rung = Leg { agent: Some(1), ..leg(5, ABANDONED) };
        let taken = Leg { agent: Some(2), answer: Some(9), ..leg(5, ANSWERED) };
        assert_eq!(order(&[taken, rung]), [1, 0]);
        assert_eq!(order(&[Leg::default(), leg(1, 0)]), [1, 0]);
        assert_eq!(fold(&[taken, rung]).agent, Some(2));
        assert_eq!(fold(&[rung, rung]).agent, None);
        assert_eq!(fold(&[Leg { outcome: None, ..rung }]).agent, Some(1));
    }

    #[test]
    fn an_outcome_is_settled_by_the_agent() {
        let open = Leg { queue: Some(1), direction: Some(INBOUND), ..Leg::default() };
        let taken = Leg { agent: Some(3), ..open };
        assert_eq!(open.settled(ABANDONED).outcome, Some(ABANDONED));
        assert_eq!(taken.settled(ABANDONED).outcome, Some(ANSWERED));
        assert_eq!(Leg { outcome: Some(ANSWERED), ..open }.settled(OVERFLOW).outcome, Some(OVERFLOW));
        assert_eq!(Leg { outcome: Some(2), ..open }.settled(OVERFLOW).outcome, Some(2));
        assert_eq!(Leg { outcome: Some(ABANDONED), ..taken }.settled(OVERFLOW).outcome, Some(ABANDONED));
        assert_eq!(Leg::default().settled(OVERFLOW).outcome, Some(SELF_SERVICE));
        assert_eq!(Leg { direction: Some(1), ..open }.settled(OVERFLOW).outcome, None);
    }

    fn any_leg() -> impl Strategy<Value = Leg<'static>> {
        let secs = || of(0i64..5);
        let code = || of(0u32..4);
        let times = (0i64..4, secs(), secs(), secs(), secs(), secs());
        let more = (secs(), secs(), secs(), of(0u8..3), of(0u8..6), of(0i64..3));
        let codes = (code(), code(), code(), code(), code(), code(), code());
        (times, more, codes, (of(any::<bool>()), of(0u8..6), 0usize..3)).prop_map(|(t, m, c, f)| Leg {
            id: ["", "a", "b"][f.2],
            start: Some(t.0),
            answer: t.1,
            end: t.2,
            wait: t.3,
            ring: t.4,
            talk: t.5,
            hold: m.0,
            acw: m.1,
            handle: m.2,
            direction: m.3,
            outcome: m.4,
            transfers: m.5,
            queue: c.0,
            first_queue: c.1,
            agent: c.2,
            caller: c.3,
            wrap_code: c.4,
            category: c.5,
            ticket_id: c.6,
            is_acd: f.0,
            fcr_flag: f.0,
            csat_score: f.1.map(f64::from),
        })
    }

    proptest! {
        #[test]
        fn the_order_of_the_legs_does_not_matter(
            (legs, shuffled) in vec(any_leg(), 0..7).prop_flat_map(|l| (Just(l.clone()), Just(l).prop_shuffle()))
        ) {
            prop_assert_eq!(fold(&legs), fold(&shuffled));
        }

        #[test]
        fn one_leg_folds_to_itself_and_a_folded_call_to_itself(leg in any_leg()) {
            let agent = if matches!(leg.outcome, None | Some(ANSWERED)) { leg.agent } else { None };
            let known = Leg { transfers: leg.transfers.or(Some(0)), first_queue: leg.first_queue.or(leg.queue), agent, ..leg };
            prop_assert_eq!(fold(&[leg]), known);
            prop_assert_eq!(fold(&[fold(&[leg])]), known);
        }

        #[test]
        fn sums_add_and_the_span_is_kept(legs in vec(any_leg(), 1..7)) {
            let call = fold(&legs);
            let sum = |of: fn(&Leg<'_>) -> Option<i64>| legs.iter().filter_map(of).reduce(|a, b| a + b);
            prop_assert_eq!(call.talk, sum(|l| l.talk));
            prop_assert_eq!(call.ring, sum(|l| l.ring));
            prop_assert_eq!(call.hold, sum(|l| l.hold));
            prop_assert_eq!(call.acw, sum(|l| l.acw));
            prop_assert_eq!(call.handle, sum(|l| l.handle));
            prop_assert!(call.wait.unwrap_or(0) <= sum(|l| l.wait).unwrap_or(0));
            prop_assert_eq!(call.start, legs.iter().filter_map(|l| l.start).min());
            prop_assert_eq!(call.end, legs.iter().filter_map(|l| l.end).max());
            prop_assert_eq!(call.outcome == Some(ANSWERED), legs.iter().any(|l| l.outcome == Some(ANSWERED)));
        }

        #[test]
        fn settling_twice_changes_nothing(leg in any_leg(), no_agent in 1u8..6) {
            prop_assert_eq!(leg.settled(no_agent).settled(no_agent), leg.settled(no_agent));
        }
    }
}
