use super::event::extension;
use super::line::LONGEST;
use super::*;
use proptest::collection::vec;
use proptest::prelude::*;

/// Rows without the header.
fn rows(log: &str) -> Vec<String> {
    let (text, rejects, account) = calls(log.as_bytes()).expect("a log");
    assert_eq!(rejects, [], "{log}");
    assert_eq!(account.lines, account.events + account.set_aside.values().sum::<u64>());
    text.lines().skip(1).map(str::to_owned).collect()
}

#[test]
fn the_header_names_canonical_columns_of_calls() {
    let known = crate::columns::Source::Calls;
    assert!(HEADER.iter().all(|name| known.column(name).is_some()));
    let (text, _, account) = calls(&b""[..]).expect("an empty log");
    assert_eq!((text, account), (format!("{}\n", HEADER.join(",")), Account::default()));
}

#[test]
fn an_answered_call() {
    let log = "1762070400|1762070400.1|desk|NONE|ENTERQUEUE||+4930100|1\n\
               1762070408|1762070400.1|desk|SIP/8007|RINGNOANSWER|5000\r\n\
               1762070410|1762070400.1|desk|PJSIP/8008|CONNECT|10|1762070405.9|4\n\
               1762070500|1762070400.1|desk|PJSIP/8008|COMPLETECALLER|10|90|1";
    let start = "2025-11-02T08:00:00Z,2025-11-02T08:00:10Z,2025-11-02T08:01:40Z";
    assert_eq!(rows(log), [format!("1762070400.1,{start},desk,desk,8008,+4930100,10,4,90,answered,0")]);
    let (_, _, account) = calls(log.as_bytes()).expect("a log");
    assert_eq!(account.rings_missed, BTreeMap::from([("8007".to_owned(), 1)]));
    assert_eq!((account.calls, account.events, account.without_end, account.without_start), (1, 4, 0, 0));
}

#[test]
fn calls_that_no_agent_took() {
    let log = "100|a|desk|NONE|ENTERQUEUE||anonymous|1\n\
               142|a|desk|NONE|ABANDON|1|1|42\n\
               200|b|desk|NONE|ENTERQUEUE|http://x|77|2\n\
               260|b|desk|NONE|EXITWITHTIMEOUT|1|2|60\n\
               260|c|desk|NONE|ENTERQUEUE|||1\n\
               265|c|desk|NONE|EXITWITHKEY|1|1\n\
               300|d|desk|NONE|ENTERQUEUE|||1\n\
               300|d|desk|NONE|EXITEMPTY|1|1|0\n";
    let expected = [
        "a,1970-01-01T00:01:40Z,,1970-01-01T00:02:22Z,desk,desk,,anonymous,42,,,abandoned,0",
        "b,1970-01-01T00:03:20Z,,1970-01-01T00:04:20Z,desk,desk,,77,60,,,overflow,0",
        "c,1970-01-01T00:04:20Z,,1970-01-01T00:04:25Z,desk,desk,,,5,,,overflow,0",
        "d,1970-01-01T00:05:00Z,,1970-01-01T00:05:00Z,desk,desk,,,0,,,overflow,0",
    ];
    assert_eq!(rows(log), expected);
}

#[test]
fn a_call_through_two_queues_is_one_call() {
    let log = "0|x|first|NONE|ENTERQUEUE||5|1\n\
               30|x|first|NONE|EXITWITHTIMEOUT|1|1|30\n\
               31|x|second|NONE|ENTERQUEUE||5|1\n\
               36|x|second|Agent/3001|CONNECT|5|y|2\n\
               96|x|second|Agent/3001|BLINDTRANSFER|600|from-queue|5|60|1\n\
               97|x|third|NONE|ENTERQUEUE||5|1\n\
               100|x|third|Local/2004@from-internal/n|CONNECT|3|y|1\n\
               140|x|third|Local/2004@from-internal/n|ATTENDEDTRANSFER|LINK|b1|b2|3|40|1\n\
               141|x|fourth|NONE|ENTERQUEUE||5|1\n\
               150|x|fourth|NONE|ABANDON|1|1|9\n";
    let times = "1970-01-01T00:00:00Z,1970-01-01T00:00:36Z,1970-01-01T00:02:30Z";
    assert_eq!(rows(log), [format!("x,{times},third,first,2004,5,35,3,100,answered,2")]);
}

#[test]
fn older_forms_of_transfer_say_less() {
    let log = "0|x|q|NONE|ENTERQUEUE||5|1\n4|x|q|SIP/1|CONNECT|4\n64|x|q|SIP/1|TRANSFER|600|ctx\n\
               70|y|q|NONE|ENTERQUEUE||5|1\n71|y|q|SIP/1|CONNECT|1||\n91|y|q|SIP/1|ATTENDEDTRANSFER|BRIDGE|b\n";
    let expected = [
        "x,1970-01-01T00:00:00Z,1970-01-01T00:00:04Z,1970-01-01T00:01:04Z,q,q,1,5,4,,60,answered,1",
        "y,1970-01-01T00:01:10Z,1970-01-01T00:01:11Z,1970-01-01T00:01:31Z,q,q,1,5,1,,20,answered,1",
    ];
    assert_eq!(rows(log), expected);
}

#[test]
fn calls_cut_by_either_end_of_the_log() {
    let log = "1000|a|q|SIP/1|COMPLETEAGENT|20|300|1\n\
               1010|b|q|SIP/2|CONNECT|15|z|3\n\
               1030|c|q|NONE|ABANDON|1|1|25\n\
               1100|d|q|NONE|ENTERQUEUE||7|1\n";
    let expected = [
        "a,1970-01-01T00:11:20Z,1970-01-01T00:11:40Z,1970-01-01T00:16:40Z,q,q,1,,20,,300,answered,0",
        "b,1970-01-01T00:16:35Z,1970-01-01T00:16:50Z,,q,q,2,,15,3,,answered,0",
        "c,1970-01-01T00:16:45Z,,1970-01-01T00:17:10Z,q,q,,,25,,,abandoned,0",
        "d,1970-01-01T00:18:20Z,,,q,q,,7,,,,,0",
    ];
    assert_eq!(rows(log), expected);
    let (_, _, account) = calls(log.as_bytes()).expect("a log");
    assert_eq!((account.calls, account.without_end, account.without_start), (4, 2, 3));
}

#[test]
fn a_restart_ends_what_was_open_and_the_id_may_come_again() {
    let log = "0|a|q|NONE|ENTERQUEUE||7|1\n5|NONE|NONE|NONE|QUEUESTART|\n9|a|q|NONE|ENTERQUEUE||7|1\n10|a|q|NONE|ABANDON|1|1|1\n";
    let expected = ["a,1970-01-01T00:00:00Z,,,q,q,,7,,,,,0", "a,1970-01-01T00:00:09Z,,1970-01-01T00:00:10Z,q,q,,7,1,,,abandoned,0"];
    assert_eq!(rows(log), expected);
}

#[test]
fn what_belongs_to_no_call_is_set_aside_and_counted() {
    let log = "1|NONE|q|SIP/1|ADDMEMBER|\n2|NONE|q|SIP/1|PAUSE|lunch\n2|NONE|q|SIP/1|pause|\n3|MANAGER|q|SIP/1|MYEVENT|x\n\n  \n";
    let (text, rejects, account) = calls(log.as_bytes()).expect("a log");
    assert_eq!((text.lines().count(), rejects.len(), account.lines), (1, 0, 4));
    assert_eq!(account.set_aside, BTreeMap::from([("ADDMEMBER", 1), ("PAUSE", 2), ("other", 1)]));
}

#[test]
fn a_line_that_cannot_be_used_is_rejected_with_its_place() {
    let told = |line: &str| {
        let (_, rejects, account) = calls(format!("\n{line}\n").as_bytes()).expect("a log");
        assert_eq!((rejects.len(), account.rejected, account.lines), (1, 1, 1), "{line}");
        assert_eq!((rejects[0].line, rejects[0].byte, rejects[0].raw.as_str()), (2, 1, line));
        rejects[0].reason.clone()
    };
    assert_eq!(told("hello"), "the line has 1 parts between `|`; time, id, queue, agent and event are needed");
    assert_eq!(told("02/11/2026|a|q|NONE|ABANDON|1|1|2"), "`02/11/2026` is not a time in seconds since 1970");
    assert_eq!(told("-5|a|q|NONE|ABANDON|1|1|2"), "`-5` is not a time in seconds since 1970");
    assert_eq!(told("99999999999999|a|q|NONE|ABANDON|1|1|2"), "`99999999999999` is not a time in seconds since 1970");
    assert_eq!(told("5|a|q|SIP/1|COMPLETEAGENT|x|2|1"), "`x` is not a length of time in seconds");
    assert_eq!(told("5|a|q|SIP/1|COMPLETEAGENT|1|-2|1"), "`-2` is not a length of time in seconds");
    assert_eq!(told("5|a|q|NONE|ABANDON|1|1|99999999"), "`99999999` is not a length of time in seconds");
    assert_eq!(told("5|a|q|SIP/1|CONNECT"), "the event CONNECT does not say how long the caller waited");
    assert_eq!(told("5|NONE|q|SIP/1|ABANDON|1|1|1"), "the event ABANDON belongs to a call, but `NONE` is no call's id");
}

#[test]
fn an_endless_line_and_bytes_that_are_no_text_cost_one_reject_each() {
    let mut log = vec![b'x'; 3 * LONGEST];
    log.extend_from_slice(b"\n1|a|\xff|NONE|ABANDON|1|1|1\n2|a\0|q|NONE|ABANDON|1|1|1\n");
    let (text, rejects, _) = calls(&log[..]).expect("a log");
    assert_eq!(rejects.iter().map(|r| (r.line, r.raw.len())).collect::<Vec<_>>(), [(1, LONGEST), (2, 26)]);
    assert_eq!(rejects[1].byte, 3 * LONGEST as u64 + 1);
    assert_eq!(text.lines().count(), 2);
}

#[test]
fn calls_that_are_over_are_not_held() {
    // Each call is a second long and starts an hour after the one before.
    let log: String = (0..20_000)
        .map(|i| format!("{}|c{i}|q|NONE|ENTERQUEUE||7|1\n{}|c{i}|q|NONE|ABANDON|1|1|1\n", i * 3600, i * 3600 + 1))
        .collect::<Vec<_>>()
        .concat();
    let mut fold = Fold { out: csv::Writer::from_writer(Vec::new()), open: BTreeMap::new(), now: 0, account: Account::default() };
    let mut lines = Lines::new(log.as_bytes());
    let mut most = 0;
    while let Some(line) = lines.next_line().expect("a line") {
        fold.take(&Event::parse(&line).expect("an event"), line.number).expect("room");
        most = most.max(fold.open.len());
        if line.number.is_multiple_of(SWEEP_LINES) {
            fold.sweep().expect("written");
        }
    }
    assert!(most <= 1 + SWEEP_LINES as usize / 2 + 2, "{most}");
    assert_eq!(fold.account.calls + fold.open.len() as u64, 20_000);
}

#[test]
fn too_many_calls_at_once_are_refused() {
    let log: String = (0..=MOST_OPEN).map(|i| format!("1|c{i}|q|NONE|ENTERQUEUE||7|1\n")).collect::<Vec<_>>().concat();
    let error = calls(log.as_bytes()).expect_err("refused");
    assert_eq!(
        (error.what.as_str(), error.at.as_str()),
        ("more than 100000 calls wait or talk at once, which no queue does", "line 100001")
    );
}

#[test]
fn members_of_a_queue_are_cut_to_their_extension() {
    let cases = [
        ("SIP/8007", "8007"),
        ("PJSIP/8007-0000001a", "8007"),
        ("Local/2004@from-internal/n", "2004"),
        ("Local/2004@from-queue-0000001f;2", "2004"),
        ("Agent/3001", "3001"),
        ("sip/front-desk", "front-desk"),
        ("SIP/front-desk-0000063b", "front-desk"),
        ("Ada Ruiz", "Ada Ruiz"),
        ("Sales/Ada", "Sales/Ada"),
        ("NONE", ""),
        ("SIP/", ""),
    ];
    for (member, expected) in cases {
        assert_eq!(extension(member), expected, "{member}");
    }
}

/// Complete calls, each with its lines; one call's lines never share an instant with another's, so that any mixture can be sorted.
fn complete_call(i: i64, (wait, ring, talk, way): (i64, i64, i64, u8)) -> Vec<(i64, String)> {
    let (id, start) = (format!("{i}.{i}"), i * 7);
    let line = |at: i64, rest: String| (at, format!("{at}|{id}|q{}|{rest}", i % 3));
    let mut lines = vec![line(start, format!("NONE|ENTERQUEUE||{i}|1"))];
    match way {
        0 => lines.push(line(start + wait, format!("NONE|ABANDON|1|1|{wait}"))),
        1 => lines.push(line(start + wait, format!("NONE|EXITWITHTIMEOUT|1|1|{wait}"))),
        _ => {
            lines.push(line(start + wait, format!("SIP/{}|CONNECT|{wait}|z|{ring}", i % 5)));
            lines.push(line(start + wait + talk, format!("SIP/{}|COMPLETEAGENT|{wait}|{talk}|1", i % 5)));
        }
    }
    lines
}

/// Lines that look like events.
const EVENT: &str =
    "[0-9]{1,3}\\|[ab]\\|q\\|(NONE|SIP/1)\\|(ENTERQUEUE|CONNECT|ABANDON|TRANSFER|COMPLETEAGENT|QUEUESTART|X)(\\|[0-9a-]{0,3}){0,5}";

proptest! {
    #[test]
    fn calls_mixed_in_time_are_read_as_if_one_came_after_the_other(calls_ in vec((0i64..900, 0i64..9, 0i64..900, 0u8..4), 0..40)) {
        let per_call: Vec<Vec<(i64, String)>> = (0i64..).zip(calls_.iter()).map(|(i, c)| complete_call(i, *c)).collect();
        let text = |lines: Vec<(i64, String)>| lines.into_iter().map(|(_, l)| l + "\n").collect::<String>();
        let one_by_one = text(per_call.concat());
        let mut mixed = per_call.concat();
        mixed.sort_by_key(|(at, _)| *at);
        let sorted = |log: &str| {
            let mut found = rows(log);
            found.sort();
            found
        };
        let mixed = text(mixed);
        prop_assert_eq!(sorted(&mixed), sorted(&one_by_one));
        let (_, _, account) = calls(mixed.as_bytes()).expect("a log");
        prop_assert_eq!((account.calls as usize, account.without_end, account.without_start), (calls_.len(), 0, 0));
        let talk: i64 = calls_.iter().filter(|c| c.3 > 1).map(|c| c.2).sum();
        let told: i64 = rows(&mixed).iter().filter_map(|r| r.split(',').nth(10)?.parse::<i64>().ok()).sum();
        prop_assert_eq!(told, talk);
    }

    #[test]
    fn no_text_makes_it_fail_and_every_line_is_accounted_for(lines in vec(prop_oneof![EVENT, "[^a]{0,20}"], 0..30)) {
        let log = lines.join("\n");
        let (_, rejects, account) = calls(log.as_bytes()).expect("never an error");
        prop_assert_eq!(account.lines, account.events + account.set_aside.values().sum::<u64>() + account.rejected);
        prop_assert_eq!(rejects.len() as u64, account.rejected);
        prop_assert!(account.without_end <= account.calls && account.calls <= account.events);
    }
}
