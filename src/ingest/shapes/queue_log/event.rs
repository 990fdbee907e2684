//! One line of the log as an event.

use super::line::{LONGEST, Line};

/// An event of a line.
#[derive(Debug)]
pub(super) struct Event<'a> {
    /// Seconds since 1970 in UTC.
    pub(super) at: i64,
    /// The uniqueid of the caller's channel.
    pub(super) id: &'a str,
    pub(super) queue: &'a str,
    /// The agent's extension, or the name the queue knows the agent by; empty if there is none.
    pub(super) agent: &'a str,
    pub(super) what: What<'a>,
}

/// What a line is about.
#[derive(Debug)]
pub(super) enum What<'a> {
    /// A call.
    Of(Step<'a>),
    /// An agent did not pick up.
    RingMissed,
    /// Asterisk was started: nobody waits or talks any more.
    Restart,
    /// Nothing that belongs to a call.
    Aside(&'static str),
}

/// A step of a call. All times are seconds; `None`: this version of Asterisk does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step<'a> {
    Enter { caller: &'a str },
    Connect { wait: i64, ring: Option<i64> },
    Complete { wait: Option<i64>, talk: Option<i64>, is_transfer: bool },
    Abandon { wait: Option<i64> },
    Overflow { wait: Option<i64> },
}

/// Events that say nothing of a call's course.
const ASIDE: &[&str] = &[
    "ADDMEMBER",
    "REMOVEMEMBER",
    "PAUSE",
    "UNPAUSE",
    "PAUSEALL",
    "UNPAUSEALL",
    "PAUSEREASON",
    "PENALTY",
    "MEMBERSTATUS",
    "AGENTLOGIN",
    "AGENTLOGOFF",
    "AGENTCALLBACKLOGIN",
    "AGENTCALLBACKLOGOFF",
    "CONFIGRELOAD",
    "AGENTDUMP",
    "SYSCOMPAT",
    "RINGCANCELED",
    "DID",
    "INFO",
    "HOLD",
    "UNHOLD",
    "JOINEMPTY",
    "FULL",
    "TRANSFERAGENT",
    "RINUSE",
];

/// No call waits or talks longer than a leap year.
const LONGEST_CALL: i64 = 366 * 86_400;

/// The last instant of the year 9999.
const LATEST: i64 = 253_402_300_799;

impl<'a> Event<'a> {
    /// The event of a line, or what is wrong with it.
    pub(super) fn parse(line: &Line<'a>) -> Result<Self, String> {
        if line.is_cut {
            return Err(format!("the line is longer than {LONGEST} bytes"));
        }
        let text = std::str::from_utf8(line.text).map_err(|_| "the line is not UTF-8 text".to_owned())?;
        let fields: Vec<&str> = text.split('|').map(str::trim).collect();
        let [at, id, queue, agent, name, parameters @ ..] = fields.as_slice() else {
            return Err(format!("the line has {} parts between `|`; time, id, queue, agent and event are needed", fields.len()));
        };
        let at = instant(at).ok_or_else(|| format!("`{}` is not a time in seconds since 1970", excerpt(at)))?;
        let what = what(&name.to_ascii_uppercase(), parameters)?;
        if matches!(what, What::Of(_)) && matches!(*id, "" | "NONE" | "REALTIME" | "MANAGER") {
            return Err(format!("the event {name} belongs to a call, but `{id}` is no call's id"));
        }
        let queue = if *queue == "NONE" { "" } else { queue };
        Ok(Self { at, id, queue, agent: extension(agent), what })
    }
}

fn what<'a>(name: &str, p: &[&'a str]) -> Result<What<'a>, String> {
    let talked = |wait, talk| -> Result<What<'a>, String> {
        Ok(What::Of(Step::Complete { wait: secs(p, wait)?, talk: secs(p, talk)?, is_transfer: !name.starts_with("COMPLETE") }))
    };
    Ok(match name {
        "ENTERQUEUE" => What::Of(Step::Enter { caller: p.get(1).copied().unwrap_or_default() }),
        "CONNECT" => What::Of(Step::Connect {
            wait: secs(p, 0)?.ok_or("the event CONNECT does not say how long the caller waited")?,
            ring: secs(p, 2)?,
        }),
        "COMPLETEAGENT" | "COMPLETECALLER" => talked(0, 1)?,
        "TRANSFER" | "BLINDTRANSFER" => talked(2, 3)?,
        // How many parts name the target depends on the method; the times stand at the end, before the position.
        "ATTENDEDTRANSFER" if p.len() >= 5 => talked(p.len() - 3, p.len() - 2)?,
        "ATTENDEDTRANSFER" => talked(usize::MAX, usize::MAX)?,
        "ABANDON" => What::Of(Step::Abandon { wait: secs(p, 2)? }),
        "EXITWITHTIMEOUT" | "EXITEMPTY" => What::Of(Step::Overflow { wait: secs(p, 2)? }),
        "EXITWITHKEY" => What::Of(Step::Overflow { wait: secs(p, 3)? }),
        "RINGNOANSWER" => What::RingMissed,
        "QUEUESTART" => What::Restart,
        _ => What::Aside(ASIDE.iter().find(|known| **known == name).copied().unwrap_or("other")),
    })
}

/// A length of time among the parameters; none if it is not there.
fn secs(parameters: &[&str], place: usize) -> Result<Option<i64>, String> {
    let Some(text) = parameters.get(place).filter(|t| !t.is_empty()) else { return Ok(None) };
    let known = text.parse::<i64>().ok().filter(|n| (0..=LONGEST_CALL).contains(n));
    known.map(Some).ok_or_else(|| format!("`{}` is not a length of time in seconds", excerpt(text)))
}

/// `1366720340`, also with a fraction, which some set-ups write and which is cut off.
fn instant(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return None;
    }
    whole.parse().ok().filter(|at| *at <= LATEST)
}

/// The extension of a queue member: `SIP/8007` is 8007, `Local/2004@from-internal/n` is 2004, `PJSIP/8007-0000001a` is 8007. A name
/// (`log_membername_as_agent`) stays as it is; `NONE` is nobody.
pub(super) fn extension(member: &str) -> &str {
    const TECHNOLOGIES: &[&str] =
        &["SIP", "PJSIP", "LOCAL", "AGENT", "IAX2", "IAX", "SCCP", "SKINNY", "DAHDI", "ZAP", "KHOMP", "MISDN", "CAPI", "USTM", "WEBRTC"];
    let member = member.trim();
    if matches!(member, "NONE" | "") {
        return "";
    }
    let known = |t: &str| TECHNOLOGIES.iter().any(|known| known.eq_ignore_ascii_case(t));
    let Some((_, rest)) = member.split_once('/').filter(|(technology, _)| known(technology)) else { return member };
    let end = rest.find(['@', '/', ';']).unwrap_or(rest.len());
    let name = &rest[..end];
    // A channel is its peer, `-` and eight hexadecimal digits; a peer may hold `-` itself.
    match name.rsplit_once('-') {
        Some((peer, number)) if number.len() == 8 && number.bytes().all(|b| b.is_ascii_hexdigit()) => peer,
        _ => name,
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
