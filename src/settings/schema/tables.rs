//! The small tables, and `[[metric]]`.

use super::form::{
    Key, choice, date, flag, goal, key, list_of, local_time, name, one_or_list, open_table, share, span, span_text, table, text, texts, to,
    wait, whole, word,
};
use crate::guards::Code;
use crate::settings::desk::{LEVELS, OUTPUTS, PAGES};
use crate::settings::given::CHANNELS;
use crate::settings::mail::{ATTACH, AUTH, CONTACTS, LEADS, MANAGERS, MOST_RETRIES, SUBJECT, TLS};
use crate::settings::parameters::{KNOWN, Sort};
use crate::settings::run::MOST_PERIODS;
use crate::settings::{Guards, History, Judge, KINDS, Number, Privacy, Report, Run, TABLES, UNITS};
use serde_json::{Value, json};

/// The keys of the file that these are.
pub(super) fn keys() -> Vec<Key> {
    let levels = open_table(&choice(LEVELS));
    vec![
        key("desk", "Who the scorecards are about.", desk()),
        key("report", "What is made.", report()),
        key("parameters", "The numbers that definitions of metrics use; only what differs from the defaults.", parameters()),
        key("repeat", "When a contact repeats another.", repeat()),
        key("levels", "The level of support of each assignment group and queue: \"Service Desk\" = \"L1\".", levels),
        key("first_level", "What the first level is measured by.", first_level()),
        key(
            "departments",
            "People in each department of the customer, for figures a head: Finance = 120.",
            open_table(&whole(1, Some(u32::MAX))),
        ),
        key("cost", "What a ticket and a contact cost, in the desk’s currency.", cost()),
        key("goals", "What the desk wants to reach, by metric: csat = \"85%\". `deskcard metrics` lists them.", open_table(&goal())),
        key("judge", "When a difference matters, and how sure a verdict must be.", judge()),
        key("people", "What the roster holds.", people()),
        key("privacy", "What others may read about people.", privacy()),
        key("history", "Where everything taken in is kept.", history()),
        key("run", "What one unattended run does.", run()),
        key("guards", "What a run must notice, and what becomes of it.", guards()),
        key("mail", "Through which server scorecards are sent, as whom, and to whom.", mail()),
        key("event", "Dated markers on charts over time.", list_of(&event(), 0)),
        key("metric", "Metrics of the desk's own.", list_of(&metric(), 0)),
    ]
}

fn desk() -> Value {
    let keys = [
        key("name", "The name on the pages.", text()),
        key("time_zone", "The zone of weeks, days and times shown.", to("time_zone")),
        key("currency", "The currency of costs, as shown.", word()).or(""),
        key("as_of", "The instant to look back from, local to the desk; without it, the machine's now.", local_time()),
    ];
    table("Who the scorecards are about.", &["name", "time_zone"], keys)
}

fn report() -> Value {
    let default = Report::default();
    let keys = [
        key("period", "The cut of time where none is asked for.", choice(["week", "month", "quarter"])).or("week"),
        key("out", "The folder to write to, relative to this file.", text()).or(default.out),
        key(
            "pages",
            "The pages to make. `review` has people's names beside patterns that may mean nothing.",
            one_or_list(choice(PAGES), 1),
        )
        .or(default.pages),
        key(
            "outputs",
            "Further files a card: workbooks, Markdown, text, JSON, tidy CSV, messages for Slack and Teams, PDF.",
            one_or_list(choice(OUTPUTS), 0),
        ),
        key(
            "pdf",
            "The program that prints a page, with its arguments: `{in}` is the page, `{out}` the PDF, `{dir}` a private folder.",
            list_of(&text(), 1),
        ),
        key("pdf_timeout", "How long a page may take to print; a minute unless said. Means something beside `pdf` alone.", span()),
        key("excel_decimal", "The decimal mark of the Excel that reads the CSV.", choice([".", ","])).or("."),
        key("link", "Where the folder of a period is published, for the links in messages.", text()),
        key("own_folders", "Whether each person has a folder of their own, `people/…`, with their card alone.", flag()).or(false),
        key("min_n", "Rates of agents with fewer rows are shown, but no finding is built on them.", whole(0, None)).or(default.min_n),
        key("language", "The language of what people read: `en`, `de`, or that of `texts`.", word()).or(default.language),
        key("texts", "A file of texts that change or add to the language, relative to this file.", text()),
    ];
    table("What is made.", &[], keys)
}

fn cost() -> Value {
    let prices = |doc: &str, known: &[&'static str]| table(doc, &[], known.iter().map(|name| key(name, "What one costs.", price())));
    let keys = [
        key("levels", "A resolved ticket, by the level that resolves it.", prices("A resolved ticket, by level.", LEVELS)),
        key("channels", "A contact, by the channel it comes through.", prices("A contact, by channel.", CHANNELS)),
    ];
    table("What a ticket and a contact cost, in the desk’s currency.", &[], keys)
}

fn price() -> Value {
    json!({ "type": "number", "minimum": 0 })
}

fn parameters() -> Value {
    let form = |sort| match sort {
        Sort::Time => span(),
        Sort::Share => share(0.0, 1.0, true),
        Sort::Score => json!({ "type": "number" }),
    };
    let default = |sort, value| match (sort, value) {
        (Sort::Time, Number::Int(secs)) => json!(span_text(secs)),
        (_, Number::Int(n)) => json!(n),
        (_, Number::Real(x)) => json!(x),
    };
    let keys = KNOWN.iter().map(|(name, sort, value)| key(name, parameter(name), form(*sort)).or(default(*sort, *value)));
    table("The numbers that definitions of metrics use.", &[], keys)
}

fn parameter(name: &str) -> &'static str {
    match name {
        "service_level" => "A call answered within this time is within the service level.",
        "short_abandon" => "A caller who hangs up within this time is not counted as lost.",
        "repeat_window" => "The same person asking about the same within this time is a repeat contact.",
        "reopen_window" => "A ticket reopened within this time counts as reopened.",
        "fcr_time" => "A ticket resolved within this much business time of its creation is resolved at once.",
        "stale_after" => "An open ticket that nobody touched for this time is stale.",
        "near_miss" => "A promise kept with at least this share of its target used is a near miss.",
        "survey_window" => "Surveys sent less than this before the end of the data are not counted yet: an answer may still come.",
        "csat_good" => "A satisfaction score from here on is a good one.",
        "csat_max" => "The end of the satisfaction scale.",
        "match_before" => "A ticket of the same requester created at most this long before a call belongs to it.",
        "match_after" => "A ticket of the same requester created at most this long after the end of a call belongs to it.",
        _ => "",
    }
}

fn repeat() -> Value {
    let by = one_or_list(choice(["requester", "category", "service"]), 1);
    let doc = "The columns that make two contacts the same; `requester` is always among them.";
    table("When a contact repeats another.", &[], [key("by", doc, by).or(json!(["requester"]))])
}

fn first_level() -> Value {
    let doc = "Categories the first level cannot resolve: they never count against net first contact resolution.";
    table("What the first level is measured by.", &[], [key("cannot_resolve", doc, texts())])
}

fn judge() -> Value {
    let default = Judge::default();
    let margin = || share(0.0, 0.5, false);
    let certainty = || share(0.5, 1.0, false);
    let keys = [
        key("margin", "Points beyond the target that are worth a word.", margin()).or(default.margin),
        key("margins", "The same for single metrics: reopen_rate = \"1%\".", open_table(&margin())),
        key("leaning", "At least this sure, and a verdict is leaning.", certainty()).or(default.leaning),
        key("clear", "At least this sure, and a verdict is clear; not less than `leaning`.", certainty()).or(default.clear),
        key("recent", "Periods a person is judged on; without it 13 weeks, 3 months or 1 quarter.", whole(1, Some(52))),
    ];
    table("When a difference matters, and how sure a verdict must be.", &[], keys)
}

fn people() -> Value {
    let doc = "The first day from which the roster lists everybody who left; without it, it lists all who ever did.";
    table("What the roster holds.", &[], [key("leavers_since", doc, date())])
}

fn privacy() -> Value {
    let default = Privacy::default();
    let few = "Fewest answers of customers and colleagues whose figures stand on pages that others read.";
    let keys = [
        key("min_n", few, whole(5, None)).or(default.min_n),
        key("opt_out", "Names or ids of people who have no card and are named nowhere.", one_or_list(text(), 1)),
    ];
    table("What others may read about people.", &[], keys)
}

fn history() -> Value {
    let default = History::default();
    let removed = "How long a data file that no newer state of the history uses still lies there, for whoever is reading it.";
    let keys = [
        key("folder", "The folder, relative to this file.", text()).or(default.folder),
        key("keep_removed", removed, span()).or(span_text(default.keep_removed)),
        key("keep", "After how many months a run removes rows to which nothing happened since, `13 months`; without it they stay.", text()),
    ];
    table("Where everything taken in is kept.", &[], keys)
}

fn run() -> Value {
    let default = Run::default();
    let most = Some(MOST_PERIODS);
    let restate = "How many published periods back are made again to see whether late rows changed them.";
    let keys = [
        key("settle", "How long an export must not have changed before it is taken in; 0: not at all.", wait())
            .or(span_text(default.settle)),
        key("catch_up", "How many missed periods a run publishes at most, the newest ones.", whole(1, most)).or(default.catch_up),
        key("keep", "How many periods stay published; 0: all of them.", whole(0, most)).or(default.keep),
        key("restate", restate, whole(0, most)).or(default.restate),
    ];
    table("What one unattended run does.", &[], keys)
}

fn guards() -> Value {
    let default = Guards::default();
    let codes = || one_or_list(choice(Code::ALL.map(Code::name)), 0);
    let silent = "How long a source may bring no new row before it counts as silent.";
    let keys = [
        key("stop", "What stops a run; anything else is a warning.", codes()).or(json!([])),
        key("ignore", "What is not looked at; nothing that is in `stop`.", codes()).or(json!([])),
        key("silent_after", silent, span()).or(span_text(default.silent_after)),
    ];
    table("What a run must notice, and what becomes of it.", &[], keys)
}

fn mail() -> Value {
    let server = [
        key("host", "The mail server, as in its certificate.", text()),
        key("port", "Its port; without it 587 for starttls, 465 for implicit, 25 for none.", whole(1, Some(65_535))),
        key("tls", "How the connection is kept private; `none` is only for a relay on this machine.", choice(TLS)).or("starttls"),
        key("ca_file", "Certificates (PEM) to trust in place of the system's.", text()),
        key("timeout", "The longest wait for any answer.", span()).or("1m"),
        key("auth", "How to say who we are; without it plain where there is a password, xoauth2 where there is a token.", choice(AUTH)),
        key("user", "The user.", text()),
        key("password_env", "The environment variable that holds the password.", text()),
        key("password_file", "The file whose first line is the password; only its owner may read it.", text()),
        key("password_command", "The program, with its arguments, that prints the password.", list_of(&text(), 1)),
        key("token_command", "The program, with its arguments, that prints a token for xoauth2.", list_of(&text(), 1)),
    ];
    let message = [
        key("from", "The sender: Service Desk <desk@example.com>.", text()),
        key("reply_to", "Where answers go, if not to the sender.", text()),
        key("subject", "The subject, with {desk}, {card}, {period}, {period_id} and {verdict} in it.", text()).or(SUBJECT),
        key("link", "The address at which readers find the folder of the scorecards.", text()),
        key("attach", "Files to send with it.", one_or_list(choice(ATTACH), 0)).or(json!([])),
        key("name_people", "Whether the cards of teams and suppliers may name people.", flag()).or(false),
    ];
    let sending = [
        key("resend_changed", "Whether a card that changed after it was sent is sent again.", flag()).or(false),
        key("retries", "Further tries within a run.", whole(0, Some(MOST_RETRIES))).or(3),
        key("wait", "Wait before the first of them; each further one waits twice as long.", span()).or("30s"),
        key("give_up_after", "Age at which a message that could not be sent is given up.", span()).or("3d"),
    ];
    let keys = server.into_iter().chain(message).chain(readers()).chain(sending);
    table("Through which server scorecards are sent, as whom, and to whom.", &["host", "from", "domains"], keys)
}

fn readers() -> [Key; 11] {
    let by_name = || open_table(&texts());
    let usual = |what: &str, roles: &[&str]| format!("{what}; without it: {}.", roles.join(", "));
    [
        key("domains", "Domains mail may go to; \"*.example.com\": all below that one.", texts()),
        key("to_agents", "Whether agents get their own card.", flag()).or(false),
        key("to_leads", "Whether leads of the roster get the card of their team.", flag()).or(false),
        key("to_managers", "Whether managers of the roster get the desk's card.", flag()).or(false),
        key("to_suppliers", "Whether contacts of the roster get the card of their supplier.", flag()).or(false),
        key("lead_roles", &usual("Roles of the roster that lead a team", LEADS), texts()),
        key("manager_roles", &usual("Roles of the roster that manage the desk", MANAGERS), texts()),
        key("supplier_roles", &usual("Roles of the roster that stand for their supplier", CONTACTS), texts()),
        key("desk", "Addresses that get the desk's card besides.", texts()),
        key("teams", "Addresses that get a team's card besides, by its name.", by_name()),
        key("suppliers", "Addresses that get a supplier's card besides, by its name.", by_name()),
    ]
}

fn event() -> Value {
    let keys = [
        key("date", "The day, in the desk's zone.", date()),
        key("label", "What happened.", text()),
        key("new_phase", "Whether control charts begin anew there.", flag()).or(false),
    ];
    table("A dated marker on charts over time.", &["date", "label"], keys)
}

fn metric() -> Value {
    let keys = [
        key("id", "Its id: lower case letters, digits and underscores.", name()),
        key("label", "Its name on the pages.", text()),
        key("short", "A shorter name; without it, the label.", text()),
        key("section", "The section it is shown in.", text()),
        key("on", "The fact table.", choice(TABLES)),
        key("by", "The instant column that puts a row into a period.", text()),
        key("kind", "How rows become a number.", choice(KINDS)),
        key("unit", "What the number is in.", choice(UNITS)),
        key("better", "Which direction is good; `neither`: context, never judged.", choice(["higher", "lower", "neither"])),
        key("fact", "The fact expression: SQL over the table's columns, null outside the population.", text()),
        key("exposure", "What a rate is per: SQL.", text()),
        key("numerator", "The metric on top of a ratio.", text()),
        key("denominator", "The metric below a ratio.", text()),
        key("text", "Its definition in words.", text()),
        key("enters", "When a row enters a stock: SQL.", text()),
        key("leaves", "When a row leaves a stock: SQL, null while it is in.", text()),
        key("immature", "Which rows belong but may still change: SQL.", text()),
        key("judges_people", "Whether a person may be judged by it: no where what comes in decides, or who had a ticket last.", flag())
            .or(true),
    ];
    table("A metric of the desk's own, shown and judged as ours are.", &["id", "label", "kind"], keys)
}
