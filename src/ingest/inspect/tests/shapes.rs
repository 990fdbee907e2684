use super::*;
use crate::ingest::inspect::Confidence;
use crate::settings::Order;

const CALLS: &str =
    "Call Id,Agent,Date,Time,Topic,Answered (Y/N),Resolved,Speed of answer in seconds,AvgTalkDuration,Satisfaction rating\n";

fn calls(row: impl Fn(usize) -> String) -> Inspection {
    inspected(&(0..30).map(row).fold(CALLS.to_owned(), |text, row| text + &row + "\n"))
}

fn answered(i: usize) -> &'static str {
    if i.is_multiple_of(5) { "N,N,,," } else { "Y,Y" }
}

#[test]
fn a_call_log_with_iso_dates() {
    let found = calls(|i| {
        let end = if i % 5 == 0 { String::new() } else { format!(",{},0:0{}:23,{}", 10 + i, i % 9, 1 + i % 5) };
        format!("K{i:03},Ann,2026-11-{:02},{}:12:58,Billing,{}{end}", 1 + i % 28, 8 + i % 9, answered(i))
    });
    assert_eq!((found.kind.found.as_str(), found.kind.confidence), ("calls", Confidence::Certain));
    assert_eq!(found.questions, []);
    let expected = [
        r#"start_at = { headers = ["Date", "Time"] }"#,
        r#"talk_secs = { header = "AvgTalkDuration", unit = "hms" }"#,
        r#"outcome = { header = "Answered (Y/N)", values = { Y = "answered", N = "abandoned" } }"#,
        r#"fcr_flag = "Resolved""#,
    ];
    assert_eq!(live(&found), expected);
    let (_, settings) = settings(&found);
    assert_eq!(mapping(&settings, "outcome").values["n"], "abandoned");
    assert_eq!(mapping(&settings, "start_at").headers, [["Date", "Time"]]);
}

#[test]
fn the_same_log_after_pandas_and_from_a_german_spreadsheet() {
    let pandas = calls(|i| {
        let end = if i % 5 == 0 { String::new() } else { format!(",{i}.0,1900-01-01 00:02:{:02},3.0", 10 + i) };
        format!("K{i:03},Ann,2026-11-{:02},1900-01-01 0{}:12:58,Billing,{}{end}", 1 + i % 28, i % 9, answered(i))
    });
    assert_eq!(live(&pandas)[0], r#"start_at = { headers = ["Date", "Time"], timestamps = ["%Y-%m-%d 1900-01-01 %H:%M:%S"] }"#);
    assert_eq!(live(&pandas)[1], r#"talk_secs = { header = "AvgTalkDuration", unit = "since-1900" }"#);
    let german = calls(|i| {
        let end = if i % 5 == 0 { String::new() } else { format!(",{i},12:02:{:02} AM,3", 10 + i) };
        format!("K{i:03},Ann,{:02}.11.2026,0.384{i:011},Billing,{}{end}", 1 + i % 28, answered(i))
    });
    assert_eq!(live(&german)[0], r#"start_at = { headers = ["Date", "Time"], timestamps = ["%d.%m.%Y day-fraction"] }"#);
    assert_eq!(live(&german)[1], r#"talk_secs = { header = "AvgTalkDuration", unit = "clock12" }"#);
    for found in [pandas, german] {
        settings(&found);
    }
}

#[test]
fn an_audit_log_of_servicenow() {
    let mut text = "number,incident_state,reassignment_count,reopen_count,sys_mod_count,made_sla,caller_id,opened_at,sys_updated_at,contact_type,assignment_group,assigned_to,closed_code,resolved_by,resolved_at,closed_at\n".to_owned();
    for i in 0..30 {
        for (version, state) in ["New", "Active", "Closed"].into_iter().enumerate() {
            text += &format!(
                "INC{i:05},{state},0,0,{version},true,Caller {i},{}/2/2016 01:16,{}/2/2016 0{version}:23,Phone,Group 1,?,code 5,Resolver 1,?,{}/3/2016 12:00\n",
                1 + i % 29,
                1 + i % 29,
                1 + i % 29
            );
        }
    }
    let found = inspected(&text);
    assert_eq!((found.product.found.as_str(), found.kind.found.as_str()), ("ServiceNow", "tickets"));
    let (text, settings) = settings(&found);
    assert!(text.contains("preset = \"servicenow\"\n") && text.contains("\nrows = \"versions\"\n"), "{text}");
    assert_eq!((live(&found), settings.sources[0].rows()), (Vec::new(), crate::settings::Rows::Versions));
    assert_eq!(found.questions, []);
}

#[test]
fn requests_of_a_city() {
    let mut text = "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,OnTime_Status,CASE_STATUS,CASE_TITLE,SUBJECT,TYPE,QUEUE,Location,neighborhood,Source\n".to_owned();
    for i in 0..300 {
        let (kind, subject) = [("Lamp out", "Works"), ("Pothole", "Works"), ("Noise", "Health"), ("Mice", "Health")][i % 4];
        let target = if i % 3 == 0 { String::new() } else { format!("02/{:02}/2015 08:30:00 AM", 1 + i % 28) };
        let source = ["Constituent Call", "Citizens Connect App", "City Worker App", "Self Service"][i / 4 % 4];
        text += &format!(
            "1010{i},01/{:02}/2015 12:40:41 PM,{target},01/30/2015 01:46:56 PM,ONTIME,Closed,Title {i},{subject},{kind},Queue {},{i} Main St,Back Bay {},{source}\n",
            1 + i % 28,
            i % 3,
            i % 4
        );
    }
    let found = inspected(&text);
    let expected = [
        r#"resolved_at = "CLOSED_DT""#,
        r#"category = "SUBJECT""#,
        r#"subcategory = "TYPE""#,
        r#"channel = { values = { "Constituent Call" = "phone", "Citizens Connect App" = "portal" } }"#,
        r#"location = "neighborhood""#,
        r#"subject = "CASE_TITLE""#,
    ];
    assert_eq!(live(&found), expected);
    assert_eq!(found.questions.len(), 1, "{:?}", found.questions);
    assert!(found.questions[0].what.contains("a verdict on the target"));
    let source = found.columns.iter().find(|c| c.header == "Source").expect("a column");
    assert_eq!(source.unknown_words, [("City Worker App".to_owned(), 76)]);
    settings(&found);
}

#[test]
fn a_desk_with_two_clocks() {
    let mut text = "Status,Ticket ID,Priority,Source,Topic,Agent Group,Agent Name,Created time,Expected SLA to resolve,Expected SLA to first response,First response time,SLA For first response,Resolution time,SLA For Resolution,Close time,Country\n".to_owned();
    for i in 0..60 {
        let day = 1 + i % 28;
        text += &format!(
            "Closed,{i},Low,Email,Setup,1st line,Ann {},2026-01-{day:02} 00:58:36,2026-01-{day:02} 09:00:00,2026-01-{day:02} 02:00:00,2026-01-{day:02} 01:03:17.432,Within SLA,2026-01-{day:02} 08:31:51.694,SLA Violated,2026-02-01 04:02:59.013,Italy\n",
            i % 3
        );
    }
    let found = inspected(&text);
    for (header, column) in [
        ("First response time", "first_response_at"),
        ("Resolution time", "resolved_at"),
        ("Expected SLA to resolve", "due_resolution_at"),
        ("Expected SLA to first response", "due_response_at"),
        ("SLA For first response", "sla_response_met"),
        ("SLA For Resolution", "sla_resolution_met"),
        ("Topic", "category"),
        ("Country", "location"),
        ("Close time", "closed_at"),
    ] {
        assert_eq!(canonical(&found, header), column);
    }
    // The same header is a length of time where its values are.
    let hours = inspected("Ticket ID,Created time,Resolution time (hours)\n1,2026-11-13 10:00,1.5\n2,2026-11-14 10:00,2\n");
    assert_eq!(canonical(&hours, "Resolution time (hours)"), "");
    let hms = inspected("Ticket ID,Created time,Resolution time\n1,2026-11-13 10:00,01:30:00\n2,2026-11-14 10:00,27:00:10\n");
    assert_eq!(live(&hms), [r#"resolution_secs = { header = "Resolution time", unit = "hms" }"#]);
}

#[test]
fn a_staff_list() {
    let mut text = "Employee_Name,EmpID,Sex,Position,DateofHire,DateofTermination,TermReason,EmploymentStatus,Department\n".to_owned();
    for i in 0..40 {
        let (left, reason, status) =
            if i % 4 == 0 { ("6/30/2015", "more money", "Voluntarily Terminated") } else { ("", "N/A-StillEmployed", "Active") };
        text += &format!("Ann {i},10{i},F,Engineer,{}/{}/2012,{left},{reason},{status},Sales \n", 1 + i % 12, 1 + i % 28);
    }
    let found = inspected(&text);
    assert_eq!(found.kind.found, "agents");
    assert_eq!(live(&found), [r#"leave_reason = { header = "EmploymentStatus", nulls = ["Active"] }"#]);
    assert_eq!(canonical(&found, "Department"), "team");
    assert_eq!(found.proposal.extra, [], "nothing is broken down by what is private");
    let (_, settings) = settings(&found);
    assert_eq!(mapping(&settings, "leave_reason").nulls, ["Active"]);
    assert_eq!(settings.sources[0].order, None::<Order>, "the values prove the order");
}

#[test]
fn legs_and_numbers_used_again() {
    let head = "Call ID,Start time,Queue,Agent,Talk time\n";
    let legs = (0..20).fold(head.to_owned(), |t, i| t + &format!("{},2026-11-13 10:{i:02}:00,Desk,Ann {i},0:00:{i:02}\n", i / 2));
    let found = inspected(&legs);
    assert_eq!(found.proposal.settings[0].text, "rows = \"legs\"");
    assert!(found.proposal.settings[0].is_live);
    let again = (0..28).fold(head.to_owned(), |t, i| t + &format!("{},2026-11-{:02} 10:00:00,Desk,Ann {i},0:00:{i:02}\n", i % 7, i + 1));
    assert_eq!(live(&inspected(&again))[0], "id = false");
    let copies = head.to_owned() + &"1,2026-11-13 10:00:00,Desk,Ann,0:00:09\n".repeat(5);
    assert!(inspected(&copies).proposal.settings.iter().all(|l| !l.text.starts_with("rows")), "copies of a row are no legs");
}

#[test]
fn a_few_ids_twice_are_no_log() {
    let head = "Ticket ID,Created time,Updated,Status\n";
    let rows = (0..40).fold(head.to_owned(), |t, i| t + &format!("{},2026-11-13 10:00,2026-11-{:02} 10:00,Open\n", i.min(38), 1 + i % 28));
    let found = inspected(&rows);
    assert_eq!((found.proposal.settings[0].text.as_str(), found.proposal.settings[0].is_live), ("rows = \"versions\"", false));
}
