//! Exports as service desks and telephone systems write them, made up by hand: how each is written, and how many rows are sound.

use super::super::{Dialect, LineEnds, Told, detect};
use crate::ingest::scan::{Limits, Scanner};

/// An export: what it is, its text, how it is written, its rows and its faults.
type Case = (&'static str, String, Dialect, usize, usize);

const COMMA: Dialect = Dialect::ordinary(b',');
const SEMICOLON: Dialect = Dialect::ordinary(b';');
const TAB: Dialect = Dialect::ordinary(b'\t');
const PIPE: Dialect = Dialect::ordinary(b'|');

fn case(name: &'static str, text: &str, dialect: Dialect, rows: usize, faults: usize) -> Case {
    (name, text.to_owned(), dialect, rows, faults)
}

fn tickets() -> Vec<Case> {
    vec![
        case(
            "ServiceNow: everything quoted, CRLF",
            "\"number\",\"opened_at\",\"priority\",\"short_description\"\r\n\"INC0010001\",\"2025-07-14 08:01:00\",\"3 - Moderate\",\"Printer, again\"\r\n\"INC0010002\",\"2025-07-14 08:05:00\",\"1 - Critical\",\"Mail \"\"down\"\"\r\nsince eight\"\r\n",
            COMMA,
            2,
            0,
        ),
        case(
            "Zendesk: unquoted, empty cells",
            "Summation column,Id,Requester,Status,Created at,Solved at,Resolution time\n1,4711,Ann Lee,Closed,2025-07-14 08:01,2025-07-14 09:00,1\n1,4712,Bob Ray,Open,2025-07-14 08:10,,\n",
            COMMA,
            2,
            0,
        ),
        case(
            "Jira: comments over several lines, names that repeat",
            "Summary,Issue key,Created,Labels,Labels,Comment,Comment\nPrinter,IT-1,14/Jul/25 3:42 PM,hw,,\"14/Jul/25 4:00 PM;ann;Looked at it.\n\nStill broken; ordered parts, see\nIT-7\",\nMail,IT-2,14/Jul/25 3:50 PM,,,,\n",
            COMMA,
            2,
            0,
        ),
        case(
            "Excel in German: decimal commas, CRLF",
            "Nummer;Erstellt am;Dauer (h);Kosten\r\nT-1;14.07.2025 08:01;1,5;1.234,50\r\nT-2;14.07.2025 09:30;0,25;12,00\r\nT-3;15.07.2025 10:00;3;0,00\r\n",
            SEMICOLON,
            3,
            0,
        ),
        case(
            "Excel with a line that names the delimiter",
            "sep=;\r\nTicket;Status\r\n1;offen, wartet\r\n2;zu\r\n",
            Dialect { lines_above: 1, ..SEMICOLON },
            2,
            0,
        ),
        case(
            "BMC: a title, an empty line, names with marks, a line at the end",
            "Incident Report,,,\n\nIncident ID*+,Assigned Group*+,Reported Date+,Status*\nINC000001,Desk,7/14/2025 8:01:00 AM,Closed\nINC000002,Desk,7/14/2025 8:02:00 AM,Closed\nEnd of report\n",
            Dialect { lines_above: 2, ..COMMA },
            2,
            1,
        ),
        case(
            "Chatwoot: reporting period above",
            "Reporting period 2025-07-07 to 2025-07-13\n\nAgent name,Conversations count,Avg first response\nAnn,12,5 min\nBob,7,9 min\n",
            Dialect { lines_above: 2, ..COMMA },
            2,
            0,
        ),
        case(
            "a pivot with totals",
            "Ticket group,Ticket created - Date,Tickets\nDesk,2025-07-14,12\nField,2025-07-14,3\nTotal,,15\n",
            COMMA,
            3,
            0,
        ),
        case(
            "a wider pivot with totals",
            "Ticket group,Date,Channel,Tickets\nDesk,2025-07-14,Mail,12\nField,2025-07-14,Web,3\nGrand total,,,15\n",
            COMMA,
            2,
            1,
        ),
        case(
            "osTicket: byte order mark",
            "\u{FEFF}\"Ticket Number\",\"Date Created\",Subject\n\"100001\",\"2025-07-14 08:01:00\",\"Paßwort vergessen\"\n\"100002\",\"2025-07-14 08:11:00\",\"Drucker\"\n",
            COMMA,
            2,
            0,
        ),
        case(
            "TOPdesk: semicolons in quotes, day first",
            "Number;Caller;Creation date;Brief description\nI 2507 001;\"Vries; de\";14-07-2025;\"Printer\"\nI 2507 002;Jansen;15-07-2025;Mail\n",
            SEMICOLON,
            2,
            0,
        ),
        case("names in another script", "Номер,Создано,Статус\n17,2025-07-14,открыто\n18,2025-07-15,закрыто\n", COMMA, 2, 0),
        case("a report of nothing", "number,opened_at,state\n", COMMA, 0, 0),
        case(
            "two reports in one file",
            "number,opened_at,state\nINC1,2025-07-14,new\nINC2,2025-07-15,closed\n\nagent,calls,seconds\nann,12,3400\nbob,7,1200\ncid,9,1300\n",
            COMMA,
            2,
            5,
        ),
        case(
            "a header on every page",
            "id,opened,state\n1,2025-07-14,new\n2,2025-07-15,new\nid,opened,state\n3,2025-07-16,new\n",
            COMMA,
            3,
            1,
        ),
    ]
}

fn calls() -> Vec<Case> {
    let no_header = |delimiter| Dialect { header_rows: 0, ..Dialect::ordinary(delimiter) };
    vec![
        case(
            "Asterisk: Master.csv, no header, doubled quotes",
            "\"\",\"3035\",\"2\",\"from-pstn\",\"\"\"3035\"\" <3035>\",\"SIP/3035-0000063a\",\"\",\"Queue\",\"desk,c\",\"2025-07-08 00:13:16\",\"2025-07-08 00:13:18\",\"2025-07-08 00:14:38\",82,80,\"ANSWERED\",\"DOCUMENTATION\",\"1783469596.2321\",\"\"\n\"\",\"3036\",\"2\",\"from-pstn\",\"\"\"3036\"\" <3036>\",\"SIP/3036-0000063b\",\"\",\"Queue\",\"desk,c\",\"2025-07-08 00:15:16\",,\"2025-07-08 00:15:38\",22,0,\"NO ANSWER\",\"DOCUMENTATION\",\"1783469596.2322\",\"\"\n",
            no_header(b','),
            2,
            0,
        ),
        case(
            "Asterisk: queue_log",
            "1366720340|1366720340.303267|DESK|NONE|ENTERQUEUE||5551234|1\n1366720341|1366720340.303267|DESK|SIP/8007|RINGNOANSWER|1000\n1366720345|1366720340.303267|DESK|SIP/8008|CONNECT|5|1366720342.1|3\n1366720390|1366720340.303267|DESK|SIP/8008|COMPLETECALLER|5|45|1\n",
            no_header(b'|'),
            3,
            1,
        ),
        case(
            "Genesys: milliseconds, lists in a cell",
            "Full Export Completed,Conversation ID,Users - Interacted,Date,Total Talk\nYES,\"a-1\",\"Ann Lee; Bob Ray\",7/14/25 8:01 AM,61000\nYES,\"a-2\",,7/14/25 8:05 AM,\n",
            COMMA,
            2,
            0,
        ),
        case(
            "Five9: blanks behind commas",
            "CALL ID, TIMESTAMP, SKILL, TALK TIME\n300, \"Mon, 14 Jul 2025 08:01:00\", \"Desk, German\", 00:01:02\n301, \"Mon, 14 Jul 2025 08:02:00\", \"Desk\", 00:00:00\n",
            Dialect { blanks: true, ..COMMA },
            2,
            0,
        ),
        case(
            "NICE: pipes, quotes inside cells",
            "date|agent|remark|calls\n07142025|Ann \"the rock\" Lee|19\" screen|12\n07142025|Bob|none|7\n07152025|Cid|the \"new\" one|9\n",
            Dialect { quote: None, ..PIPE },
            3,
            0,
        ),
        case(
            "3CX: tabs",
            "Call Time\tCall ID\tFrom\tTo\tTalking\n2025-07-14 08:01:00\t0001\t+49 30 1\tAnn (100)\t0:01:02\n2025-07-14 08:03:00\t0002\t+49 30 2\tBob (101)\t0:00:00\n",
            TAB,
            2,
            0,
        ),
        case(
            "an old Macintosh: carriage returns",
            "id,at,secs\r1,2025-07-14,12\r2,2025-07-14,7\r",
            Dialect { line_ends: LineEnds::Any, ..COMMA },
            2,
            0,
        ),
        case(
            "MySQL: backslashes before quotes",
            "\"id\",\"note\",\"secs\"\n\"1\",\"said \\\"hello\\\", twice\",\"12\"\n\"2\",\"a \\\"test\\\"\",\"7\"\n\"3\",\"c:\\\\temp\",\"7\"\n",
            Dialect { escape: Some(b'\\'), ..COMMA },
            3,
            0,
        ),
        case(
            "apostrophes for quotes",
            "'id','note','secs'\n'1','hello, you','12'\n'2','it''s me','7'\n",
            Dialect { quote: Some(b'\''), ..COMMA },
            2,
            0,
        ),
        case(
            "Avaya: two header rows",
            "split,acd,acd,aban\nname,calls,time,calls\nDesk,120,3600,7\nField,60,1800,3\nNight,12,300,1\n",
            Dialect { header_rows: 2, ..COMMA },
            3,
            0,
        ),
    ]
}

#[test]
fn exports_are_read_without_being_told() {
    let cases: Vec<Case> = tickets().into_iter().chain(calls()).collect();
    assert!(cases.len() >= 20);
    for (name, text, expected, rows, faults) in cases {
        let found = detect(text.as_bytes(), true, &Told::default(), &|_| false).unwrap();
        assert_eq!(found.dialect, expected, "{name}: {:?}", found.evidence);
        let mut scanner = Scanner::open(text.as_bytes(), &found.dialect, Limits::default(), 1 << 16).unwrap();
        let (mut sound, mut refused) = (0, Vec::new());
        while let Some(block) = scanner.next_block().unwrap() {
            sound += block.rows();
            refused.extend(block.faults);
        }
        assert_eq!((sound, refused.len()), (rows, faults), "{name}: {refused:?}");
        assert!(!scanner.is_cut_off(), "{name}");
    }
}
