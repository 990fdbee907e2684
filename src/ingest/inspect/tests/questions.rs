use super::*;
use crate::ingest::cells::duration::DurationUnit;
use crate::ingest::inspect::{Confidence, Question, text};

fn question<'a>(found: &'a Inspection, what: &str) -> &'a Question {
    found.questions.iter().find(|q| q.what.contains(what)).unwrap_or_else(|| panic!("no question {what:?} in {:?}", found.questions))
}

fn lines(question: &Question) -> Vec<&str> {
    question.answers.iter().map(|(_, line)| line.as_str()).collect()
}

/// The config with the first line of an answer uncommented.
fn answered(config: &str, line: &str) -> Settings {
    let open = config.lines().find(|l| l.starts_with(&format!("# {line}"))).unwrap_or_else(|| panic!("no {line} in {config}"));
    let text = config.replacen(open, &open[2..], 1);
    Settings::parse(&text, Path::new("deskcard.toml")).unwrap_or_else(|e| panic!("{e}\n{text}"))
}

#[test]
fn day_or_month_first_is_asked_with_both_readings() {
    let found = inspected("Ticket ID,Created time,Closed time\n1,03/04/2026 10:00,05/04/2026 11:00\n2,05/06/2026 09:00,06/06/2026 09:00\n");
    let asked = question(&found, "day or month first");
    assert_eq!(lines(asked), ["order = \"dmy\"", "order = \"mdy\""]);
    assert_eq!(asked.answers[0].0, "the day first: 2026-04-03");
    assert!(asked.evidence.contains("\"03/04/2026 10:00\" in row 1"), "{}", asked.evidence);
    let (config, settings) = settings(&found);
    assert_eq!(settings.sources[0].order, None, "nobody answered");
    assert_eq!(answered(&config, "order = \"mdy\"").sources[0].order, Some(crate::settings::Order::Mdy));
}

#[test]
fn a_day_over_twelve_answers_it() {
    let found = inspected("Ticket ID,Created time\n1,03/04/2026 10:00\n2,13/06/2026 09:00\n");
    assert_eq!(found.questions, []);
}

#[test]
fn an_ambiguous_day_with_a_spreadsheets_time_is_asked_in_full() {
    let found = inspected("Call Id,Agent,Date,Time,Queue\n1,Ann,03/04/2026,0.384004629,Desk\n2,Bob,05/06/2026,0.407998,Desk\n");
    let asked = question(&found, "put the day or the month first");
    assert_eq!(lines(asked)[1], r#"start_at = { headers = ["Date", "Time"], timestamps = ["%m/%d/%Y day-fraction"] }"#);
    let (config, _) = settings(&found);
    let settings = answered(&config, r#"start_at = { headers = ["Date", "Time"], timestamps = ["%d/%m/%Y day-fraction"]"#);
    assert_eq!(mapping(&settings, "start_at").timestamps, ["%d/%m/%Y day-fraction"]);
}

#[test]
fn bare_numbers_need_a_word_or_two_times() {
    let asked = inspected("Contact ID,Start time,Queue,Talk\n1,2026-11-13 10:00:00,Desk,143\n2,2026-11-13 11:00:00,Desk,60\n");
    let unit = question(&asked, "measured in");
    assert_eq!(lines(unit)[..2], [r#"talk_secs = { header = "Talk", unit = "s" }"#, r#"talk_secs = { header = "Talk", unit = "min" }"#]);
    assert_eq!(live(&asked), Vec::<String>::new(), "not mapped before it is answered");
    let (config, _) = settings(&asked);
    assert_eq!(mapping(&answered(&config, r#"talk_secs = { header = "Talk", unit = "min" }"#), "talk_secs").units, [DurationUnit::Minutes]);

    let head = "Contact ID,Start time,Queue,from,to,Talk\n";
    let row = |i: usize| format!("{i},2026-11-13 10:00:00,Desk,10:{i:02}:00,10:{:02}:09,{}\n", i + 2, 129);
    let proven = inspected(&(0..30).map(row).fold(head.to_owned(), |t, r| t + &r));
    assert_eq!(live(&proven), [r#"talk_secs = { header = "Talk", unit = "s" }"#]);
    let worded = inspected("Contact ID,Start time,Queue,Talk [min]\n1,2026-11-13 10:00:00,Desk,143\n");
    assert!(worded.questions.is_empty());
}

#[test]
fn two_parts_are_minutes_or_hours() {
    let found = inspected("Contact ID,Start time,Queue,Talk time\n1,2026-11-13 10:00:00,Desk,1:23\n2,2026-11-13 11:00:00,Desk,12:05\n");
    assert_eq!(
        lines(question(&found, "measured in")),
        [r#"talk_secs = { header = "Talk time", unit = "mmss" }"#, r#"talk_secs = { header = "Talk time", unit = "hms" }"#]
    );
}

#[test]
fn which_time_goes_with_a_day() {
    let head = "call_id,date,entry,exit,server,q_time\n";
    let found = inspected(&(0..30).fold(head.to_owned(), |t, i| t + &format!("{i},2026-11-01,9:0{}:10,9:1{}:20,AVI,3\n", i % 9, i % 9)));
    let asked = question(&found, "which time of day goes with \"date\"");
    assert_eq!(lines(asked), [r#"start_at = { headers = ["date", "entry"] }"#, r#"start_at = { headers = ["date", "exit"] }"#]);
    let (config, _) = settings(&found);
    assert_eq!(mapping(&answered(&config, lines(asked)[0]), "start_at").headers, [["date", "entry"]]);
}

#[test]
fn words_nobody_knows_are_listed_to_be_filled_in() {
    let found = inspected("Ticket ID,Created time,Status\n1,2026-11-13 10:00,Open\n2,2026-11-13 10:00,Parked\n3,2026-11-13 10:00,Parked\n");
    let status = found.columns.iter().find(|c| c.header == "Status").expect("a column");
    assert_eq!(status.unknown_words, [("Parked".to_owned(), 2)]);
    let (config, _) = settings(&found);
    assert!(config.contains("# not known yet: put one of new, open, pending, resolved, closed, cancelled for each …\n# status = { values = { Parked = \"…\" } }\n"), "{config}");
}

#[test]
fn a_required_column_nothing_fills_is_asked_for() {
    let found = inspected("Ref,Created time,Status,Priority,Agent\nA1,2026-11-13 10:00,Open,High,Ann\nA2,2026-11-14 10:00,Open,Low,Ann\n");
    assert_eq!((found.kind.found.as_str(), found.kind.confidence), ("tickets", Confidence::Guess));
    assert_eq!(lines(question(&found, "which column is `id`")), ["id = \"Ref\""]);
    settings(&found);
}

#[test]
fn a_header_that_means_two_things_is_asked() {
    let found = inspected("Ticket ID,Created time,Department,Group\n1,2026-11-13 10:00,Sales,Desk\n");
    assert_eq!(lines(question(&found, "what is \"Department\"")), ["requester_department = \"Department\""]);
}

#[test]
fn look_alikes_are_suggested_and_never_applied() {
    let found = inspected("Ticket ID,Created time,Reopen counts\n1,2026-11-13 10:00,0\n2,2026-11-13 11:00,1\n");
    assert_eq!(canonical(&found, "Reopen counts"), "");
    let line = found.proposal.columns.iter().find(|l| l.text.starts_with("reopen_count")).expect("a suggestion");
    assert_eq!((line.text.as_str(), line.is_live), ("reopen_count = \"Reopen counts\"", false));
    let (_, settings) = settings(&found);
    assert!(!mapping(&settings, "reopen_count").is_declared);
}

#[test]
fn what_looks_wrong_is_said() {
    let rows = (0..1000).fold("Ticket ID,Created time,Created time\n".to_owned(), |t, i| t + &format!("1.2{i:04}E+11,2026-11-13 10:00,\n"));
    let warnings = inspected(&rows).warnings;
    assert!(warnings.iter().any(|w| w.starts_with("exactly 1000 rows")), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.contains("a spreadsheet cut digits off")), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.contains("\"Created time\" is there 2 times")), "{warnings:?}");
    assert!(inspected("Ticket ID,Created time\n1,2026-11-13 10:00\n").warnings.is_empty());
}

#[test]
fn a_file_of_nothing_we_know_is_left_alone() {
    let found = inspected("a,b\n1,x\n2,y\n");
    assert_eq!((found.kind.found.as_str(), found.questions.len()), ("", 0));
    let block = found.proposal.toml();
    assert!(block.lines().all(|l| l.is_empty() || l.starts_with('#')), "{block}");
}

#[test]
fn a_list_of_groups_or_people_is_no_list_of_tickets() {
    for text in [
        "id,name,created_at,updated_at\n1,Desk,2026-01-02 10:00:00,2026-02-02 10:00:00\n2,Network,2026-01-03 10:00:00,2026-02-03 10:00:00\n",
        "id,name,description,created_at,updated_at\n1,Desk,first,2026-01-02 10:00:00,2026-02-02 10:00:00\n",
        "id,name,email,group,status,location,created,updated\n1,Ann,a@example.com,Desk,open,Leeds,2026-01-02 10:00:00,2026-02-02 10:00:00\n",
        "created_at,ticket_id,_fivetran_synced,schedule_id\n2026-01-02 10:00:00,7,2026-01-03 09:09:19.575,3600\n",
        "id,ticket_id,body,created_at\n1,7,Hello,2026-01-02 10:00:00\n",
    ] {
        let found = inspected(text);
        assert_eq!((found.kind.found.as_str(), found.questions.len()), ("", 0), "{text}");
        let evidence = found.kind.evidence.as_str();
        assert!(evidence.contains("who asked, a priority") || evidence == "no kind of source explains its columns", "{evidence}");
        let block = found.proposal.toml();
        assert!(
            block.contains(&format!("Not used: {}", &evidence[..16])) && block.lines().all(|l| l.is_empty() || l.starts_with('#')),
            "{block}"
        );
    }
    for text in [
        "Ticket ID,Created time\n1,2026-11-13 10:00\n",
        "id,created_at,resolved_at\n1,2026-11-13 10:00,2026-11-13 11:00\n",
        "id,created_at,requester\n1,2026-11-13 10:00,ann\n",
        "id,created_at,status,subject,category\n1,2026-11-13 10:00,open,Printer,Hardware\n",
    ] {
        assert_eq!(inspected(text).kind.found, "tickets", "{text}");
    }
}

#[test]
fn a_list_of_sprints_is_no_list_of_people() {
    let sprints = inspected("id,name,start_date,end_date\n1,Sprint 1,2026-01-02,2026-01-16\n2,Sprint 2,2026-01-16,2026-01-30\n");
    assert_eq!((sprints.kind.found.as_str(), sprints.questions.len()), ("", 0));
    assert!(sprints.kind.evidence.contains("what tells people is missing"), "{}", sprints.kind.evidence);
    for text in [
        "id,name,start_date,end_date,team\n1,Ann,2026-01-02,,Desk\n2,Ben,2026-01-16,2026-01-30,Desk\n",
        "id,name,hire date\n1,Ann,2026-01-02\n2,Ben,2026-01-16\n",
        "employee id,name,start date\n1,Ann,2026-01-02\n2,Ben,2026-01-16\n",
    ] {
        assert_eq!(inspected(text).kind.found, "agents", "{text}");
    }
}

#[test]
fn marks_for_nothing_are_found() {
    let found = inspected("Ticket ID,Created time,Resolved\n1,2026-11-13 10:00,still open\n2,2026-11-13 10:00,2026-11-15 10:00\n");
    assert_eq!(live(&found), [r#"resolved_at = { nulls = ["still open"] }"#]);
    let (_, settings) = settings(&found);
    assert_eq!(mapping(&settings, "resolved_at").nulls, ["still open"]);
}

#[test]
fn decimal_commas_are_proved_or_asked() {
    let head = "Ticket ID;Created time;Satisfaction score\n";
    let proved = inspected(&format!("{head}1;2026-11-13 10:00;4,5\n2;2026-11-13 11:00;3\n"));
    assert_eq!((canonical(&proved, "Satisfaction score").as_str(), proved.questions.len()), ("csat_score", 0));
    let open = inspected(&format!("{head}1;2026-11-13 10:00;4,500\n2;2026-11-13 11:00;3\n"));
    assert_eq!(lines(question(&open, "a decimal comma")), ["decimal = \",\"", "decimal = \".\""]);
}

#[test]
fn the_report_is_narrow_and_says_evidence_first() {
    let data = sample("Ticket ID,Created time,Department,Status\n1,03/04/2026 10:00,Sales,Parked\n2,05/06/2026 10:00,IT,Open\n");
    let found = inspect(&data, Berlin);
    let text = text(&found, &data);
    let (report, block) = text.split_once("For deskcard.toml").expect("a block");
    assert!(report.lines().all(|l| l.chars().count() <= 100), "{report}");
    let at = |what: &str| report.find(what).unwrap_or_else(|| panic!("no {what} in {report}"));
    assert!(at("kind ") < at("Columns") && at("Columns") < at("Not guessed") && block.contains("[[source]]"));
    assert!(report.contains("not known: \"Parked\" ×1"), "{report}");
    let json = serde_json::to_value(&found).expect("JSON");
    assert_eq!(json["kind"]["confidence"], found.kind.confidence.to_string());
    assert!(json["proposal"]["toml"].as_str().is_some_and(|t| t.contains("[[source]]")));
}

#[test]
fn nobody_is_no_person() {
    let head = "Contact ID,Start time,Queue,Agent name,Caller number\n";
    let row = |i: usize| {
        let (agent, caller) = if i.is_multiple_of(3) { ("NO_SERVER", "0".to_owned()) } else { ("Ann", format!("5{i:04}")) };
        format!("{i},2026-11-13 10:00:00,Desk,{agent},{caller}\n")
    };
    let found = inspected(&(0..150).map(row).fold(head.to_owned(), |t, r| t + &r));
    assert_eq!(live(&found), [r#"agent = { nulls = ["NO_SERVER"] }"#]);
    assert_eq!(lines(question(&found, "nobody in particular")), [r#"caller = { header = "Caller number", nulls = ["0"] }"#]);
}
