//! `[calendar]` and `[calendars.NAME]`.

use super::form::{Key, TIME, date, date_key, definition, key, one_or_list, open_table, pattern, table, table_by, text, to};
use serde_json::Value;

const DAYS: [(&str, &str); 7] = [
    ("mon", "Opening hours on Mondays: \"08:00-18:00\", or a list of such; \"22:00-06:00\" goes on over midnight."),
    ("tue", "Opening hours on Tuesdays."),
    ("wed", "Opening hours on Wednesdays."),
    ("thu", "Opening hours on Thursdays."),
    ("fri", "Opening hours on Fridays."),
    ("sat", "Opening hours on Saturdays."),
    ("sun", "Opening hours on Sundays."),
];

/// `[calendars]`.
pub(super) fn named() -> Value {
    open_table(&to("calendar"))
}

pub(super) fn definitions() -> Vec<(String, Value)> {
    vec![definition("calendar", calendar()), definition("hours", one_or_list(pattern(&format!(r"\s*{TIME}\s*-\s*{TIME}\s*")), 0))]
}

fn calendar() -> Value {
    let by_date = || table_by(&date_key(), &to("hours"));
    let own = [
        key("time_zone", "The zone of its days; without it, the desk's.", to("time_zone")),
        key("holidays", "Days without opening hours: \"2026-12-25\".", one_or_list(date(), 0)),
        key("holiday_files", "iCalendar files (.ics) with more of them, relative to this file.", one_or_list(text(), 0)),
        key("shifts", "A date's own hours, holiday or not; an empty list is a closed date.", by_date()),
        key("breaks", "Stretches of dates that are closed.", by_date()),
        key("within", "Calendars that must be open too for this one to be.", one_or_list(text(), 0)),
    ];
    let days = DAYS.map(|(day, doc)| key(day, doc, to("hours")));
    table("Opening hours.", &[], days.into_iter().chain(own).collect::<Vec<Key>>())
}
