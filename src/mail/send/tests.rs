use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::time::SystemTime;

use proptest::prelude::*;

use super::*;
use crate::error::Error;
use crate::mail::draft::tests::draft;
use crate::mail::outbox::{Again, Put};
use crate::mail::{Address, Sealed};

/// What a made-up server does with the next message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Accept,
    Later,
    Refuse,
    /// The connection is lost after the final dot; the server has the message, or has not.
    Lose {
        is_kept: bool,
    },
    /// The password is wrong.
    Locked,
    /// The run is killed: before the mark, behind it, or after the server has the message.
    KillBefore,
    KillMarked,
    KillAccepted,
}

#[derive(Debug, Default)]
struct Server {
    script: VecDeque<Act>,
    received: BTreeMap<String, u32>,
    asked: u32,
}

impl Courier for Server {
    fn deliver(&mut self, (_, to): (&Address, &Address), bytes: &[u8], mark: &mut dyn FnMut() -> Result<()>) -> Result<Outcome> {
        self.asked += 1;
        let id = message_id(bytes);
        assert!(id.starts_with('<') && !to.as_str().is_empty());
        let act = self.script.pop_front().unwrap_or(Act::Accept);
        match act {
            Act::Later => return Ok(Outcome::Later("451 later".into())),
            Act::Refuse => return Ok(Outcome::Refused("550 no".into())),
            Act::Locked => return Err(Error::config("wrong password")),
            Act::KillBefore => return Err(killed()),
            _ => mark()?,
        }
        if matches!(act, Act::Accept | Act::Lose { is_kept: true } | Act::KillAccepted) {
            *self.received.entry(id).or_default() += 1;
        }
        match act {
            Act::Lose { .. } => Ok(Outcome::Unknown("lost".into())),
            Act::KillMarked | Act::KillAccepted => Err(killed()),
            _ => Ok(Outcome::Sent("250 ok".into())),
        }
    }
}

/// An error that leaves at once leaves on the disk what a kill leaves.
fn killed() -> Error {
    Error::bug("killed")
}

fn message_id(bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned()
}

/// Starts in 1970 and goes on only by sleeping.
#[derive(Debug, Default)]
struct Time {
    now: Cell<u64>,
    naps: RefCell<Vec<u64>>,
}

impl Clock for Time {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.now.get())
    }

    fn sleep(&self, time: Duration) {
        self.now.set(self.now.get() + time.as_secs());
        self.naps.borrow_mut().push(time.as_secs());
    }
}

fn patience() -> Patience {
    Patience {
        retries: 2,
        wait: Duration::from_secs(30),
        give_up_after: Duration::from_hours(24),
        retry_unknown: false,
        domains: vec!["example.com".into()],
    }
}

fn sealed(name: &str) -> Sealed {
    let mut draft = draft();
    draft.to.address = format!("{name}@example.com").parse().unwrap();
    draft.seal().unwrap()
}

struct Desk {
    dir: tempfile::TempDir,
    server: Server,
    time: Time,
}

/// In memory where that is to be had: hundreds of runs bring every step to the disk.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

impl Desk {
    fn new(names: &[&str]) -> Self {
        let dir = folder();
        let outbox = Outbox::open(dir.path()).unwrap();
        for name in names {
            assert_eq!(outbox.put(&sealed(name), Again::No, 0).unwrap(), Put::Queued);
        }
        drop(outbox);
        Self { dir, server: Server::default(), time: Time::default() }
    }

    fn run(&mut self, patience: &Patience, script: &[Act]) -> Result<Sendout> {
        self.server.script = script.iter().copied().collect();
        send(&Outbox::open(self.dir.path())?, &mut self.server, &self.time, patience)
    }

    fn states(&self) -> Vec<State> {
        Outbox::open(self.dir.path()).unwrap().entries().unwrap().into_iter().map(|e| e.state).collect()
    }

    fn received(&self) -> Vec<u32> {
        self.server.received.values().copied().collect()
    }
}

#[test]
fn each_message_is_sent_once_and_a_second_run_sends_nothing() {
    let mut desk = Desk::new(&["a", "b", "c"]);
    let sendout = desk.run(&patience(), &[]).unwrap();
    assert_eq!(sendout.count(|s| matches!(s, State::Sent { .. })), 3);
    assert_eq!(desk.received(), [1, 1, 1]);
    let again = desk.run(&patience(), &[]).unwrap();
    assert_eq!((again.entries.len(), desk.server.asked), (0, 3));
    for entry in Outbox::open(desk.dir.path()).unwrap().entries().unwrap() {
        assert_eq!(entry.state, State::Sent { at: 0, reply: "250 ok".into() });
        assert!(desk.server.received.contains_key(&entry.message_id));
    }
}

#[test]
fn what_may_pass_is_tried_again_with_longer_and_longer_waits_and_then_by_the_next_run() {
    let mut desk = Desk::new(&["a"]);
    let sendout = desk.run(&patience(), &[Act::Later, Act::Later, Act::Later]).unwrap();
    assert_eq!(*desk.time.naps.borrow(), [30, 60]);
    assert_eq!(sendout.entries[0].state, State::Retry { not_before: 90 + 120, reason: "451 later".into() });
    assert_eq!((sendout.entries[0].tries, desk.server.asked), (3, 3));
    desk.run(&patience(), &[]).unwrap();
    assert_eq!(desk.server.asked, 3, "it is not due yet");
    desk.time.now.set(210);
    desk.run(&patience(), &[]).unwrap();
    assert_eq!(desk.received(), [1]);
}

#[test]
fn what_cannot_be_sent_for_long_is_given_up_and_told() {
    let mut desk = Desk::new(&["a"]);
    desk.run(&patience(), &[Act::Later; 3]).unwrap();
    desk.time.now.set(86_401);
    let sendout = desk.run(&patience(), &[]).unwrap();
    assert_eq!(sendout.entries[0].state, State::Failed { at: 86_401, reason: "given up after 3 tries: 451 later".into() });
    assert!(desk.received().is_empty());
}

#[test]
fn a_refusal_is_final_and_does_not_hold_up_the_others() {
    let mut desk = Desk::new(&["a", "b"]);
    let sendout = desk.run(&patience(), &[Act::Refuse, Act::Accept]).unwrap();
    assert_eq!(sendout.count(|s| matches!(s, State::Failed { reason, .. } if reason == "550 no")), 1);
    assert_eq!(desk.received(), [1]);
    let again = desk.run(&patience(), &[]).unwrap();
    assert_eq!((again.entries.len(), desk.server.asked), (1, 2), "told again, not sent");
}

#[test]
fn an_unknown_outcome_is_told_and_repeated_only_when_asked() {
    for is_kept in [false, true] {
        let mut desk = Desk::new(&["a"]);
        desk.run(&patience(), &[Act::Lose { is_kept }]).unwrap();
        for _ in 0..3 {
            let sendout = desk.run(&patience(), &[]).unwrap();
            assert_eq!(sendout.entries[0].state, State::Unknown { at: 0, reason: "lost".into() });
        }
        assert_eq!(desk.server.asked, 1);
        let asked = Patience { retry_unknown: true, ..patience() };
        assert_eq!(desk.run(&asked, &[]).unwrap().repeated, 1);
        assert_eq!(desk.received(), [1 + u32::from(is_kept)]);
    }
}

#[test]
fn a_domain_that_is_not_allowed_is_refused_before_anything_is_sent() {
    let mut desk = Desk::new(&["a"]);
    let strict = Patience { domains: vec!["other.example".into()], ..patience() };
    let sendout = desk.run(&strict, &[]).unwrap();
    assert!(matches!(&sendout.entries[0].state, State::Failed { reason, .. } if reason.contains("`domains`")));
    assert_eq!(desk.server.asked, 0);
}

#[test]
fn a_wrong_password_leaves_everything_queued() {
    let mut desk = Desk::new(&["a", "b"]);
    assert_eq!(desk.run(&patience(), &[Act::Locked]).unwrap_err().what, "wrong password");
    assert_eq!(desk.states(), [State::Queued, State::Queued]);
    desk.run(&patience(), &[]).unwrap();
    assert_eq!(desk.received(), [1, 1]);
}

#[test]
fn a_message_whose_file_was_changed_is_not_sent() {
    let mut desk = Desk::new(&["a"]);
    let outbox = Outbox::open(desk.dir.path()).unwrap();
    std::fs::write(outbox.message_path(&outbox.entries().unwrap()[0]), "Bcc: x").unwrap();
    drop(outbox);
    desk.run(&patience(), &[]).unwrap();
    assert!(matches!(&desk.states()[0], State::Failed { reason, .. } if reason.contains("not the one that was queued")));
    assert_eq!(desk.server.asked, 0);
}

#[test]
fn a_kill_at_each_point_repeats_a_message_once_at_most() {
    for (kill, received) in [(Act::KillBefore, 1), (Act::KillMarked, 1), (Act::KillAccepted, 2)] {
        let mut desk = Desk::new(&["a"]);
        desk.run(&patience(), &[kill]).unwrap_err();
        desk.run(&patience(), &[]).unwrap();
        assert!(matches!(desk.states()[0], State::Sent { .. }), "{kill:?}");
        assert_eq!(desk.received(), [received], "{kill:?}");
    }
    let mut desk = Desk::new(&["a"]);
    desk.run(&patience(), &[Act::KillAccepted]).unwrap_err();
    desk.run(&patience(), &[Act::KillAccepted]).unwrap_err();
    for _ in 0..3 {
        desk.run(&patience(), &[]).unwrap();
    }
    assert_eq!(desk.received(), [2], "a second repeat is nobody's to decide but a person's");
    assert!(matches!(desk.states()[0], State::Unknown { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever the server does and wherever runs are killed: nobody misses a mail without a word, nobody gets it more than twice.
    #[test]
    fn no_mail_is_lost_in_silence(runs in prop::collection::vec(prop::collection::vec(0_usize..9, 0..6), 1..6)) {
        const ACTS: [Act; 9] = [
            Act::Accept, Act::Later, Act::Refuse, Act::Lose { is_kept: true }, Act::Lose { is_kept: false }, Act::Locked, Act::KillBefore,
            Act::KillMarked, Act::KillAccepted,
        ];
        let mut desk = Desk::new(&["a", "b", "c"]);
        for script in &runs {
            let script: Vec<Act> = script.iter().map(|i| ACTS[*i]).collect();
            let _ = desk.run(&patience(), &script);
            desk.time.now.set(desk.time.now.get() + 1000);
        }
        desk.run(&patience(), &[]).unwrap();
        for entry in Outbox::open(desk.dir.path()).unwrap().entries().unwrap() {
            let received = desk.server.received.get(&entry.message_id).copied().unwrap_or(0);
            prop_assert!(received <= 2);
            match entry.state {
                State::Sent { .. } => prop_assert!(received >= 1),
                State::Failed { .. } => {}
                State::Unknown { .. } => prop_assert!(entry.handed > 0),
                other => prop_assert!(false, "{:?} after the last run", other),
            }
        }
    }
}
