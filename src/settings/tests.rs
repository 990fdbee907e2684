//! The grammar as a whole, and what every mistake is told.

use super::column::DurationUnit;
use super::sla::{Aim, clock_number};
use super::*;
use crate::clock::parse_day;
use crate::clock::period::Unit;
use crate::clock::sla::Kind;
use crate::columns::Source;
use chrono_tz::Tz;

const SMALL: &str = r#"[desk]
name = "A desk"
time_zone = "Europe/Berlin"

[[source]]
kind = "tickets"
files = ["tickets-*.csv"]
"#;

const WHOLE: &str = r#"
[desk]
name = "Northwind IT Service Desk"
time_zone = "Europe/Berlin"
currency = "EUR"
as_of = "2026-11-16 06:00"

[report]
period = "month"
out = "cards"
pages = ["teams", "desk"]
min_n = 7

[parameters]
service_level = "30s"
short_abandon = "5s"
repeat_window = "3d"
reopen_window = "2d"
fcr_time = "30min"
stale_after = "10d"
near_miss = "75%"
survey_window = "24h"
csat_good = 7.5
csat_max = 10
match_before = "1m"
match_after = "2h"

[repeat]
by = ["requester", "category"]

[levels]
"Service Desk" = "L1"
Network = "supplier"

[sla.targets]
P1 = { response = "15m", resolution = "4h" }
default = { response = "2bh", resolution = "3bd" }

[calendar]
time_zone = "Europe/Vienna"
mon = ["13:00-18:00", "08:00-12:00"]
tue = "00:00-24:00"
holidays = ["2026-12-25", 2026-12-26]

[goals]
fcr_touch = "70%"
csat = 0.85
ttr_median = "8h"
awt = 20

[[event]]
date = "2026-03-02"
label = "Shadowing days start"

[[source]]
name = "log"
kind = "tickets"
files = ["a.csv", "b/*.csv"]
preset = "servicenow"
delimiter = "\t"
time_zone = "UTC"
timestamps = ["%d/%m/%Y %H:%M"]
order = "dmy"
nulls = [" N/A "]
rows = "versions"
where = { column = "Department", is = ["IT", "Service Desk"] }

[source.columns]
id = "Nr"
created_at = ["Opened on", "Opened"]
resolved_at = { header = "Done", timestamps = ["%Y-%m-%d %H:%M:%S"], nulls = ["0:00:00"], time_zone = "Asia/Kolkata", order = "mdy" }
closed_at = { headers = ["Date", "Time"], join = "T" }
hold_secs = { header = "Held", unit = "min" }
status = { values = { Parked = "pending", NEW = "open" } }
sla_resolution_met = { header = "OnTime_Status", values = { ONTIME = true, OVERDUE = "false" } }
channel = { value = "phone" }
due_resolution_at = false

[source.extra]
site_code = "u_site"

[[source]]
kind = "calls"
files = "calls.csv"

[[metric]]
id = "vip_fcr"
label = "First contact resolution, VIPs"
short = "VIP FCR"
section = "Own"
on = "tickets"
by = "resolved_at"
kind = "share"
unit = "share"
better = "higher"
fact = "CASE WHEN is_resolved AND requester_vip THEN is_one_touch END"
exposure = "e"
numerator = "m1"
denominator = "m2"
text = "Definition."
"#;

fn read(text: &str) -> Settings {
    Settings::parse(text, Path::new("deskcard.toml")).unwrap_or_else(|e| panic!("{e}"))
}

fn refused(text: &str) -> Error {
    Settings::parse(text, Path::new("deskcard.toml")).expect_err(text)
}

fn column<'a>(source: &'a SourceSettings, name: &str) -> &'a ColumnMapping {
    source.columns.iter().find(|c| c.canonical.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn the_smallest_config_has_the_documented_defaults() {
    let settings = read(SMALL);
    assert_eq!(settings.desk, Desk { name: "A desk".into(), time_zone: Tz::Europe__Berlin, currency: String::new(), as_of: None });
    assert_eq!(settings.report.period, Unit::Week);
    assert_eq!((settings.report.out.as_str(), settings.report.min_n), ("scorecards", 5));
    assert_eq!(settings.report.pages, ["desk", "teams", "suppliers", "agents", "business", "groups", "sla", "people", "knowledge", "cost"]);
    let defaults = "csat_good=4 csat_max=5 fcr_time=3600 match_after=3600 match_before=300 near_miss=0.8 reopen_window=604800 \
                    repeat_window=604800 service_level=20 short_abandon=10 stale_after=432000 survey_window=604800";
    assert_eq!(settings.parameters.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "), defaults);
    assert_eq!(settings.repeat_by, ["requester"]);
    assert_eq!((settings.calendars.own, settings.dir.as_path()), (None, Path::new(".")));
    assert!(settings.sla.policies.is_empty());
    let source = &settings.sources[0];
    assert_eq!((source.name.as_str(), source.kind, source.time_zone), ("tickets", Source::Tickets, Tz::Europe__Berlin));
    assert_eq!((source.options.delimiter, source.order, source.rows(), source.timestamps.len()), (None, None, Rows::Latest, 0));
    assert_eq!(column(source, "id").headers[..2], [["id"], ["number"]]);
    assert!(source.columns.iter().all(|c| !c.is_declared && c.at.is_empty()));
}

#[test]
fn every_key_of_the_small_tables_arrives() {
    let settings = read(WHOLE);
    assert_eq!((settings.desk.currency.as_str(), settings.desk.as_of.as_deref()), ("EUR", Some("2026-11-16 06:00")));
    assert_eq!(settings.report.period, Unit::Month);
    assert_eq!((settings.report.out.as_str(), settings.report.min_n, settings.report.pages.join(" ").as_str()), ("cards", 7, "teams desk"));
    let parameters = "csat_good=7.5 csat_max=10 fcr_time=1800 match_after=7200 match_before=60 near_miss=0.75 reopen_window=172800 \
                      repeat_window=259200 service_level=30 short_abandon=5 stale_after=864000 survey_window=86400";
    assert_eq!(settings.parameters.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>().join(" "), parameters);
    assert_eq!(settings.repeat_by, ["requester", "category"]);
    assert_eq!(settings.levels.iter().map(|(k, v)| format!("{k}={v}")).collect::<Vec<_>>(), ["Network=supplier", "Service Desk=L1"]);
    let events: Vec<_> = settings.events.iter().map(|e| (e.date.to_string(), e.label.as_str())).collect();
    assert_eq!(events, [("2026-03-02".to_owned(), "Shadowing days start")]);
    let metric = &settings.metrics[0];
    assert_eq!((metric.id.as_str(), metric.label.as_str(), metric.kind.as_str()), ("vip_fcr", "First contact resolution, VIPs", "share"));
    let rest = [&metric.short, &metric.section, &metric.on, &metric.by, &metric.unit, &metric.better, &metric.fact, &metric.exposure];
    let rest: Vec<&str> =
        rest.into_iter().chain([&metric.numerator, &metric.denominator, &metric.text]).flatten().map(String::as_str).collect();
    let fact = "CASE WHEN is_resolved AND requester_vip THEN is_one_touch END";
    assert_eq!(rest, ["VIP FCR", "Own", "tickets", "resolved_at", "share", "higher", fact, "e", "m1", "m2", "Definition."]);
}

#[test]
fn targets_goals_and_hours_arrive() {
    let settings = read(WHOLE);
    let [policy] = &settings.sla.policies[..] else { panic!("one policy: {:?}", settings.sla.policies) };
    assert_eq!((policy.name.as_str(), policy.when.as_deref(), policy.targets.len()), ("targets", None, 1));
    let aims = |priority| {
        let promises = policy.targets[0].of(priority).expect("a promise");
        [Kind::FirstResponse, Kind::Resolution].map(|kind| promises.aims[clock_number(kind)].clone())
    };
    assert_eq!(aims(1), [Span::Calendar(900), Span::Calendar(14_400)].map(|s| Some(Aim::Span(s))));
    assert_eq!(aims(3), [Span::Business(7200), Span::BusinessDays(3)].map(|s| Some(Aim::Span(s))));
    let goals: Vec<_> = settings.goals.iter().map(|g| (g.metric.as_str(), g.value)).collect();
    assert_eq!(goals, [("fcr_touch", 0.7), ("csat", 0.85), ("ttr_median", 28_800.0), ("awt", 20.0)]);
    assert_eq!((settings.goals[1].at.as_str(), settings.goals[1].value_at.as_str()), ("deskcard.toml:47:1", "deskcard.toml:47:8"));
    let calendar = settings.calendars.own.expect("a calendar").first.schedule;
    assert_eq!(calendar.time_zone, Tz::Europe__Vienna);
    assert_eq!(calendar.hours[0], [(28_800, 43_200), (46_800, 64_800)]);
    assert_eq!(calendar.hours[1], [(0, 86_400)]);
    assert!(calendar.hours[2..].iter().all(Vec::is_empty));
    assert_eq!(calendar.holidays.into_iter().map(Some).collect::<Vec<_>>(), [parse_day("2026-12-25"), parse_day("2026-12-26")]);
}

#[test]
fn every_key_of_a_source_arrives() {
    let settings = read(WHOLE);
    let [log, calls] = settings.sources.as_slice() else { panic!("two sources") };
    assert_eq!((log.name.as_str(), log.files.join(" ").as_str(), log.options.delimiter), ("log", "a.csv b/*.csv", Some(b'\t')));
    assert_eq!((log.time_zone, log.order, log.rows()), (Tz::UTC, Some(Order::Dmy), Rows::Versions));
    assert_eq!((log.timestamps.join(" ").as_str(), log.nulls.join(" ").as_str()), ("%d/%m/%Y %H:%M", "? (empty) NULL N/A"));
    let words = vec!["it".to_owned(), "service desk".to_owned()];
    let rule = RowRule { column: "Department".into(), words, drops_matches: false, is_needed: true };
    assert_eq!(log.options.set_aside, Some(vec![rule]));
    assert_eq!(log.extra, [("site_code".to_owned(), "u_site".to_owned())]);
    assert_eq!((log.at.as_str(), calls.at.as_str()), ("deskcard.toml:55:1", "deskcard.toml:82:1"));
    assert_eq!((calls.name.as_str(), calls.files.as_slice()), ("calls", ["calls.csv".to_owned()].as_slice()));
}

#[test]
fn a_config_overrides_its_preset_column_by_column() {
    let settings = read(WHOLE);
    let log = &settings.sources[0];
    assert_eq!(column(log, "id").headers, [["Nr"]]);
    assert!(column(log, "id").is_declared);
    assert_eq!(column(log, "id").at, "deskcard.toml:69:6");
    assert_eq!(column(log, "created_at").headers, [["Opened on"], ["Opened"]]);
    let resolved = column(log, "resolved_at");
    assert_eq!((resolved.time_zone, resolved.order), (Some(Tz::Asia__Kolkata), Some(Order::Mdy)));
    assert_eq!((resolved.timestamps.join(""), resolved.nulls.join("")), ("%Y-%m-%d %H:%M:%S".to_owned(), "0:00:00".to_owned()));
    assert_eq!(
        (column(log, "closed_at").headers.as_slice(), column(log, "closed_at").join.as_str()),
        ([vec!["Date".to_owned(), "Time".to_owned()]].as_slice(), "T")
    );
    assert_eq!(column(log, "hold_secs").units, [DurationUnit::Minutes]);
    let status = column(log, "status");
    assert_eq!(status.headers[..2], [["incident_state"], ["state"]]);
    assert!(!status.is_declared, "the preset still says where it comes from");
    let words = ["parked", "new", "awaiting vendor", "pending"].map(|w| status.values[w].as_str());
    assert_eq!(words, ["pending", "open", "pending", "pending"]);
    let met = column(log, "sla_resolution_met");
    assert_eq!(["ontime", "overdue", "yes", "true"].map(|w| met.values[w].as_str()), ["true", "false", "true", "true"]);
    assert_eq!((column(log, "channel").constant.as_deref(), column(log, "channel").headers.len()), (Some("phone"), 0));
    assert!(!log.columns.iter().any(|c| c.canonical.name == "due_resolution_at"));
    assert_eq!(
        column(log, "resolution_secs").units,
        [DurationUnit::Since1970, DurationUnit::Words, DurationUnit::Hms, DurationUnit::Seconds]
    );
    let order: Vec<usize> = log.columns.iter().filter_map(|c| Source::Tickets.columns().iter().position(|d| d == c.canonical)).collect();
    assert!(order.is_sorted() && order.len() == log.columns.len());
}

#[test]
fn a_header_of_its_own_does_not_take_the_unit_of_the_presets() {
    let settings = read(&format!("{SMALL}preset = \"servicenow\"\n[source.columns]\nresolution_secs = \"Seconds\"\n"));
    assert_eq!(column(&settings.sources[0], "resolution_secs").units, []);
}

#[test]
fn what_is_just_still_allowed() {
    let settings = read(&format!("{SMALL}[parameters]\ncsat_good = 5\n[calendar]\nmon = [\"08:00-12:00\", \"12:00-24:00\"]\n"));
    assert_eq!(settings.parameters.get("csat_good"), Some(Number::Int(5)));
    assert_eq!(settings.calendars.own.expect("a calendar").first.schedule.hours[0], [(28_800, 43_200), (43_200, 86_400)]);
}

#[test]
fn the_hash_is_of_the_text() {
    assert_eq!(hash(""), "e3b0c44298fc");
    assert_ne!(read(SMALL).hash, read(WHOLE).hash);
}

#[test]
fn a_file_that_cannot_be_read_says_so() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("deskcard.toml");
    let error = Settings::load(&path).expect_err("refused");
    assert!(error.what.starts_with("cannot read the config") && error.hints.len() == 1, "{error}");
    std::fs::write(&path, b"[desk]\nname = \"M\xfcnchen\"\n").expect("written");
    let error = Settings::load(&path).expect_err("refused");
    assert_eq!((error.what.as_str(), error.at), ("the config is not UTF-8 text", format!("{}:2:10", path.display())));
    std::fs::write(&path, format!("\u{feff}{SMALL}")).expect("written");
    assert_eq!(Settings::load(&path).expect("read").dir, dir.path());
}

/// The error of the small config with a line added to the source, or with a table added after it.
fn told(added: &str) -> String {
    refused(&format!("{SMALL}{added}\n")).to_string()
}

/// The error of the small config with one line replaced.
fn told_instead(old: &str, new: &str) -> String {
    assert!(SMALL.contains(old));
    refused(&SMALL.replace(old, new)).to_string()
}

#[test]
fn mistakes_in_the_file_as_a_whole() {
    let cases = [
        (refused("name = "), "deskcard.toml:1:8: not valid TOML"),
        (refused(""), "deskcard.toml:1:1: the file has no `desk`\n  hint: start with [desk]"),
        (refused("[dessk]\n"), "deskcard.toml:1:2: unknown key `dessk` in the file\n  hint: did you mean `desk`?"),
        (refused(&SMALL.replace("kind = \"tickets\"\n", "")), "deskcard.toml:5:1: [[source]] has no `kind`"),
        (refused(&SMALL[..SMALL.find("[[").expect("a source")]), "deskcard.toml:1:1: there is no [[source]]\n  hint: add one"),
        (refused(&SMALL.replace("[[source]]", "[source]")), "deskcard.toml:5:2: write [[source]], with two brackets"),
        (refused("\u{feff}dessk = 1"), "deskcard.toml:1:1: unknown key `dessk`"),
        (refused("desk = 1"), "deskcard.toml:1:8: `desk` must be a table, not a number"),
        (refused("[desk]\nname = \"a\"\nname = \"b\"\n"), "deskcard.toml:3:1: `name` is given twice"),
    ];
    for (error, expected) in cases {
        assert!(error.to_string().starts_with(expected), "{error}\n≠ {expected}");
    }
}

#[test]
fn mistakes_in_the_desk_and_the_report() {
    let cases = [
        (told_instead("name", "nmae"), "deskcard.toml:2:1: unknown key `nmae` in [desk]\n  hint: did you mean `name`?"),
        (told_instead("\"A desk\"", "7"), "deskcard.toml:2:8: `name` must be a text in quotes, not a number"),
        (told_instead("A desk", "  "), "deskcard.toml:2:8: `name` is empty"),
        (told_instead("Europe/Berlin", "Berlin"), "deskcard.toml:3:13: unknown time zone `Berlin`\n  hint: did you mean `Europe/Berlin`?"),
        (
            told_instead("Europe/Berlin", "Asia/New York"),
            "deskcard.toml:3:13: unknown time zone `Asia/New York`\n  hint: did you mean `America/New_York`?",
        ),
        (
            told_instead("Europe/Berlin", "Europe/Belin"),
            "deskcard.toml:3:13: unknown time zone `Europe/Belin`\n  hint: did you mean `Europe/Berlin`",
        ),
        (
            told_instead("Europe/Berlin", "MESZ"),
            "deskcard.toml:3:13: unknown time zone `MESZ`\n  hint: use an IANA name such as `Europe/Berlin` or `UTC`",
        ),
        (
            told_instead("[[source]]", "as_of = \"16.11.2026\"\n[[source]]"),
            "deskcard.toml:5:9: `16.11.2026` is not a local date and time\n  hint: write \"2026-11-16 06:00\" or \"2026-11-16\"",
        ),
        (told("[report]\nperiod = \"weekly\""), "deskcard.toml:9:10: `period` cannot be `weekly`\n  hint: did you mean `week`?"),
        (told("[report]\npages = [\"desk\", \"team\"]"), "deskcard.toml:9:18: `pages` cannot be `team`\n  hint: did you mean `teams`?"),
        (told("[report]\npages = [\"desk\", \"desk\"]"), "deskcard.toml:9:18: `desk` is given twice"),
        (told("[report]\npages = []"), "deskcard.toml:9:9: `pages` is an empty list"),
        (told("[report]\nmin_n = -1"), "deskcard.toml:9:9: `min_n` must be a number of rows, 0 or more"),
        (told("[report]\nmin_n = 2.5"), "deskcard.toml:9:9: `min_n` must be a whole number, not a number"),
        (told("[repeat]\nby = [\"category\"]"), "deskcard.toml:9:6: `by` must name `requester`: a repeat is by the same person"),
        (
            told("[levels]\n\"Service Desk\" = \"L4\""),
            "deskcard.toml:9:18: `Service Desk` cannot be `L4`\n  hint: allowed: L1, L2, L3, field, supplier",
        ),
        (
            told("[[event]]\ndate = \"2026-02-30\"\nlabel = \"x\""),
            "deskcard.toml:9:8: `2026-02-30` is not a date\n  hint: write \"2026-11-16\"",
        ),
        (told("[[event]]\ndate = \"2026-02-03\""), "deskcard.toml:8:1: [[event]] has no `label`"),
    ];
    for (error, expected) in cases {
        assert!(error.starts_with(expected), "{error}\n≠ {expected}");
    }
}

#[test]
fn mistakes_in_parameters_targets_goals_and_hours() {
    let cases = [
        (
            told("[parameters]\nservice_levl = \"20s\""),
            "deskcard.toml:9:1: unknown key `service_levl` in [parameters]\n  hint: did you mean `service_level`",
        ),
        (
            told("[parameters]\nservice_level = 20"),
            "deskcard.toml:9:17: `20` is not a length of time\n  hint: say of what: \"20s\", \"20min\", \"20h\" or \"20d\"",
        ),
        (
            told("[parameters]\nrepeat_window = \"3bd\""),
            "deskcard.toml:9:17: `repeat_window` is plain time, not business time\n  hint: write 20s, 15m, 4h or 2d",
        ),
        (
            told("[parameters]\nnear_miss = 80"),
            "deskcard.toml:9:13: `near_miss` must be more than 0 and at most 1\n  hint: write a share such as 0.8 or \"80%\"",
        ),
        (told("[parameters]\ncsat_good = 6"), "deskcard.toml:9:13: `csat_good` is 6 on a scale that ends at 5"),
        (told("[parameters]\ncsat_max = nan"), "deskcard.toml:9:12: not a finite number"),
        (told("[sla.targets]\nP6 = { response = \"1h\" }"), "deskcard.toml:9:1: unknown key `P6` in [sla.targets]\n  hint: allowed: P1"),
        (told("[sla.targets]\nP1 = {}"), "deskcard.toml:9:6: the target `P1` promises nothing"),
        (told("[sla.targets]\nP1 = { response = \"1h\" }\nP1 = { response = \"1h\" }"), "deskcard.toml:10:1: `P1` is given twice"),
        (
            told("[sla.targets]\nP1 = { resolution = \"1 day\" }"),
            "deskcard.toml:9:21: `1 day` can mean 24 hours or so many working days\n  hint: write \"24h\" for plain time or \"1bd\" for business days of the calendar",
        ),
        (
            told("[goals]\ncsat = \"high\""),
            "deskcard.toml:9:8: `high` is not a goal\n  hint: write a share such as \"85%\" or 0.85, a duration such as \"4h\", or a number",
        ),
        (told("[goals]\nttr = \"1bd\""), "deskcard.toml:9:7: a goal cannot be in business days"),
        (told("[goals]\nttr = \"x%\""), "deskcard.toml:9:7: `x%` is not a percentage"),
        (told("[goals]\nttr = true"), "deskcard.toml:9:7: `ttr` must be a text in quotes, not true or false"),
        (
            told("[calendar]\nmon = \"18:00-00:00\""),
            "deskcard.toml:9:7: the hours `18:00-00:00` end before they start\n  hint: midnight at the end of a day is 24:00",
        ),
        (
            told("[calendar]\nmon = [\"08:00-12:00\", \"11:59-18:00\"]"),
            "deskcard.toml:9:23: the hours `11:59-18:00` of `mon` overlap others of that day",
        ),
        (told("[calendar]\nmon = \"8-18\""), "deskcard.toml:9:7: `8-18` are not opening hours\n  hint: write \"08:00-18:00\""),
        (told("[calendar]\nholidays = [\"2026-12-25\"]"), "deskcard.toml:8:1: [calendar] has no opening hours"),
        (told("[calendar]\nmonday = \"08:00-18:00\""), "deskcard.toml:9:1: unknown key `monday` in [calendar]\n  hint: did you mean `mon`"),
    ];
    for (error, expected) in cases {
        assert!(error.starts_with(expected), "{error}\n≠ {expected}");
    }
}

#[test]
fn mistakes_in_a_source() {
    let cases = [
        (told_instead("\"tickets\"", "\"ticket\""), "deskcard.toml:6:8: `kind` cannot be `ticket`\n  hint: did you mean `tickets`"),
        (told_instead("[\"tickets-*.csv\"]", "[]"), "deskcard.toml:7:9: `files` is an empty list"),
        (told_instead("[\"tickets-*.csv\"]", "[1]"), "deskcard.toml:7:10: `files` must be a text in quotes, not a number"),
        (
            told("preset = \"servicenwo\""),
            "deskcard.toml:8:10: unknown preset `servicenwo`\n  hint: did you mean `servicenow` or `servicenow_task_sla`?",
        ),
        (told("delimiter = \"::\""), "deskcard.toml:8:13: `delimiter` cannot be `::`\n  hint: allowed: \",\" \";\" \"\\t\" \"|\""),
        (told("order = \"ymd\""), "deskcard.toml:8:9: `order` cannot be `ymd`\n  hint: allowed: dmy, mdy"),
        (told("timestamps = [\"%d/%m/%Y %H:%M\", \"dd-mm\"]"), "deskcard.toml:8:33: `dd-mm` is not a form of timestamp that names a day"),
        (told("timestamps = [\"%H:%M\"]"), "deskcard.toml:8:15: `%H:%M` is not a form of timestamp that names a day"),
        (told("where = { column = \"a\" }"), "deskcard.toml:8:9: it has neither `is` nor `is_not`"),
        (
            told("[[source]]\nkind = \"tickets\"\nfiles = [\"b.csv\"]"),
            "deskcard.toml:8:1: there are two sources named `tickets`\n  hint: the other is at deskcard.toml:5:1",
        ),
        (
            told("[[source]]\nkind = \"calls\"\nfiles = [\"b.csv\"]\nrows = \"versions\""),
            "deskcard.toml:11:8: `rows = \"versions\"` is for sources of kind `tickets` only",
        ),
        (
            told("[[source]]\nkind = \"calls\"\nfiles = [\"b.csv\"]\npreset = \"servicenow\""),
            "deskcard.toml:8:1: no header is known for `start_at`, which calls must have",
        ),
        (
            told("[source.extra]\nstatus = \"x\""),
            "deskcard.toml:9:1: `status` is a canonical column of tickets\n  hint: map it in [source.columns]",
        ),
        (told("rows = \"legs\""), "deskcard.toml:8:8: `rows = \"legs\"` is for sources of kind `calls` only"),
        (told("measures = [\"a\"]"), "deskcard.toml:8:1: `measures` is for sources of kind `observations` only"),
        (
            told("set_aside = [{ column = \"a\", is = [\"b\"], is_not = [\"c\"] }]"),
            "deskcard.toml:8:42: `is` and `is_not` exclude each other",
        ),
        (told("reject_limit = 5"), "deskcard.toml:8:16: `reject_limit` is a share from 0 to 1, such as 0.02"),
        (told("row_limits = [-1]"), "deskcard.toml:8:15: `row_limits` cannot be negative"),
        (told("quote = \"x\""), "deskcard.toml:8:9: `quote` cannot be `x`"),
        (told("[source.extra]\n\"Site code\" = \"x\""), "deskcard.toml:9:1: `Site code` cannot be a column name"),
    ];
    for (error, expected) in cases {
        assert!(error.starts_with(expected), "{error}\n≠ {expected}");
    }
}

#[test]
fn mistakes_in_columns() {
    let cases = [
        ("resolved = \"x\"", "9:1: tickets have no column `resolved`\n  hint: did you mean `resolver`, `resolved_at`"),
        ("start_at = \"x\"", "9:1: tickets have no column `start_at`\n"),
        ("id = false", "5:1: no header is known for `id`, which tickets must have\n  hint: The ticket's number"),
        ("id = true", "9:6: `id` must be a text in quotes, not true or false"),
        ("id = { heder = \"x\" }", "9:8: unknown key `heder` in the column `id`\n  hint: did you mean `header`"),
        ("id = { header = \"x\", headers = [\"y\"] }", "9:22: `id` has both `header` and `headers`"),
        ("created_at = { value = \"x\", header = \"y\" }", "9:16: `created_at` has both `header` and `value`"),
        ("created_at = { value = \"x\" }", "9:24: `x` is not a value of `created_at`, which is a point in time"),
        ("status = { unit = \"ms\" }", "9:12: `unit` means nothing for `status`, which is one of a few words"),
        ("subject = { values = { a = \"b\" } }", "9:13: `values` means nothing for `subject`, which is a text"),
        ("id = { header = \"x\", join = \"-\" }", "9:22: `join` goes with `headers`"),
        ("status = { header = \"x\", first = \"\" }", "9:34: `first` is empty"),
        ("status = { header = \"x\", add = 1 }", "9:26: `add` means nothing for `status`, which is one of a few words"),
        ("hold_secs = { header = \"x\", unit = \"hours\" }", "9:36: `unit` cannot be `hours`"),
        ("status = { header = \"x\", values = { A = \"opne\" } }", "9:41: `opne` is not a value of `status`\n  hint: did you mean `open`"),
        (
            "status = { header = \"x\", values = { A = \"open\", a = \"new\" } }",
            "9:49: `a` is given twice: case and outer blanks do not count",
        ),
        ("requester_vip = { value = \"maybe\" }", "9:27: `maybe` is not a value of `requester_vip`\n  hint: allowed: true, false"),
        ("reopen_count = { value = \"1.5\" }", "9:26: `1.5` is not a value of `reopen_count`, which is a whole number"),
    ];
    for (line, expected) in cases {
        let error = told(&format!("[source.columns]\n{line}"));
        assert!(error.starts_with(&format!("deskcard.toml:{expected}")), "{error}\n≠ {expected}");
    }
    let nothing = told("preset = \"servicenow\"\n[source.columns]\ncsat_score = { values = { good = 5 } }");
    assert!(nothing.starts_with("deskcard.toml:10:14: nothing says which header `csat_score` comes from\n  hint: add header"), "{nothing}");
    let elsewhere = told("[source.columns]\nwrap_code = \"x\"");
    assert!(elsewhere.ends_with("hint: calls have one"), "{elsewhere}");
}

#[test]
fn mistakes_in_metrics() {
    let metric = |line: &str| told(&format!("[[metric]]\nid = \"a\"\nlabel = \"A\"\nkind = \"share\"\n{line}"));
    let cases = [
        (told("[[metric]]\nid = \"A b\""), "deskcard.toml:9:6: `A b` cannot be a name"),
        (told("[[metric]]\nid = \"a\""), "deskcard.toml:8:1: [[metric]] has no `label`"),
        (metric("on = \"ticket\""), "deskcard.toml:12:6: `on` cannot be `ticket`\n  hint: did you mean `tickets`"),
        (metric("unit = \"percent\""), "deskcard.toml:12:8: `unit` cannot be `percent`"),
        (metric("better = \"up\""), "deskcard.toml:12:10: `better` cannot be `up`"),
        (metric("formula = \"up\""), "deskcard.toml:12:1: unknown key `formula` in [[metric]]"),
        (metric("[[metric]]\nid = \"a\"\nlabel = \"B\"\nkind = \"mean\""), "deskcard.toml:13:6: there are two metrics `a`"),
    ];
    for (error, expected) in cases {
        assert!(error.starts_with(expected), "{error}\n≠ {expected}");
    }
}

proptest::proptest! {
    /// Whatever is typed by mistake, the answer is settings or an error with a place, never a panic.
    #[test]
    fn a_damaged_config_is_read_or_refused_with_its_place(
        at in 0usize..WHOLE.len(),
        cut in 0usize..12,
        put in "[\\[\\]{}=\"',.\\-\\\\$#0-9a-zé\n ]{0,4}",
    ) {
        let end = (at + cut).min(WHOLE.len());
        let damaged = format!("{}{put}{}", &WHOLE[..at], &WHOLE[end..]);
        if let Err(error) = Settings::parse(&damaged, Path::new("deskcard.toml")) {
            let place: Vec<&str> = error.at.split(':').collect();
            let line = place[1].parse::<usize>().expect("a line");
            proptest::prop_assert!(place[0] == "deskcard.toml" && place.len() == 3 && line <= damaged.matches('\n').count() + 1, "{}", error);
            proptest::prop_assert!(place[2].parse::<usize>().is_ok_and(|column| column >= 1), "{}", error);
        }
    }
}

#[test]
fn how_sure_a_verdict_must_be() {
    let config = |extra: &str| {
        let text = format!("[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n{extra}");
        Settings::parse(&text, Path::new("deskcard.toml"))
    };
    let judge = |extra: &str| config(extra).expect("a config").judge;
    let default = judge("");
    assert_eq!((default.margin, default.leaning, default.clear, default.recent), (0.03, 0.8, 0.9, None));
    // Half the way to the nearer end at most, and half a point at least.
    assert!((default.margin_of("csat", 0.85) - 0.03).abs() < 1e-12);
    assert!((default.margin_of("reopen_rate", 0.05) - 0.025).abs() < 1e-12);
    assert!((default.margin_of("sla_resolution", 0.999) - 0.005).abs() < 1e-12);
    let own = judge("[judge]\nmargin = \"5%\"\nclear = 0.95\nleaning = \"85%\"\nrecent = 6\nmargins = { reopen_rate = 0.01 }");
    assert_eq!((own.margin, own.leaning, own.clear, own.recent), (0.05, 0.85, 0.95, Some(6)));
    assert!((own.margin_of("reopen_rate", 0.05) - 0.01).abs() < 1e-12);
    // Leaning alone moves clear along; clear below leaning is refused.
    assert!((judge("[judge]\nleaning = 0.95").clear - 0.95).abs() < 1e-12);
    for wrong in ["clear = 0.7", "clear = 1.0", "leaning = 0.5", "margin = \"50%\"", "margin = 0", "recent = 0", "recent = 53", "sure = 1"]
    {
        let error = config(&format!("[judge]\n{wrong}")).expect_err(wrong);
        assert!(error.to_string().contains("deskcard.toml:8"), "{wrong}: {error}");
    }
    assert_eq!(config("[people]\nleavers_since = \"2020-01-01\"").expect("a config").people.leavers_since, Some(18_262));
    let phase = "[[event]]\ndate = \"2026-03-02\"\nlabel = \"New tool\"\nnew_phase = true";
    assert!(config(phase).expect("a config").events[0].new_phase);
    assert!(config(&phase.replace("true", "\"yes\"")).is_err());
}

#[test]
fn what_is_said_of_the_files_of_a_source() {
    let text = r#"
        [desk]
        name = "D"
        time_zone = "UTC"
        [[source]]
        kind = "calls"
        files = ["-"]
        rows = "legs"
        where = { column = "Site", is_not = ["Test*"] }
        set_aside = [{ column = "Non-ACD", is = ["YES"] }, { column = "Direction", is_not = ["Inbound*"] }]
        headers = [["a", "b"], ["a", "b", "c"]]
        row_limits = [1000, 10000]
        time_zone = "Asia/Kolkata"
        quote = "'"
        encoding = "windows-1252"
        lines_above = 3
        header_rows = 0
        decimal = ","
        thousands = "."
        html = true
        reject_limit = 0.2
        [source.columns]
        start_at = "Start"
        agent = { header = "Users", last = "; " }
        queue = { header = "Queue", first = [";", "-"] }
        talk_secs = { header = "Talk", unit = ["ms", "hms"] }
        transfers = { header = "Legs", add = -1, values = { "no*" = 1 } }
    "#;
    let settings = read(text);
    let source = &settings.sources[0];
    let options = &source.options;
    let rule = |column: &str, word: &str, drops_matches, is_needed| RowRule {
        column: column.into(),
        words: vec![word.into()],
        drops_matches,
        is_needed,
    };
    let rules = [rule("Site", "test*", true, true), rule("Non-ACD", "yes", true, false), rule("Direction", "inbound*", false, false)];
    assert_eq!(options.set_aside, Some(rules.to_vec()));
    assert_eq!((source.rows(), source.time_zone, source.reject_limit), (Rows::Legs, Tz::Asia__Kolkata, 0.2));
    assert_eq!(options.headers, [vec!["a", "b"], vec!["a", "b", "c"]]);
    assert_eq!(
        (options.row_limits.as_slice(), options.quote, options.lines_above, options.header_rows),
        ([1000, 10_000].as_slice(), Some(Some(b'\'')), Some(3), Some(0))
    );
    assert_eq!(
        (options.encoding.as_deref(), options.decimal.clone(), options.html),
        (Some("windows-1252"), Some((",".to_owned(), Some(".".to_owned()))), Some(true))
    );
    assert_eq!(column(source, "agent").part, Part { last: vec!["; ".into()], ..Part::default() });
    assert_eq!(column(source, "queue").part, Part { first: vec![";".into(), "-".into()], ..Part::default() });
    assert_eq!(column(source, "talk_secs").units, [DurationUnit::Milliseconds, DurationUnit::Hms]);
    assert_eq!((column(source, "transfers").add, column(source, "transfers").values["no*"].as_str()), (-1, "1"));
}
