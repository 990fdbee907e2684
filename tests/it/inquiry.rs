//! `deskcard drivers` and `before-after` on the sample desk: what was planted is found, what was not is not, refusals help.

use serde_json::Value;

use crate::harness::{Run, deskcard, root};

fn ask(more: &[&str]) -> Run {
    let config = root().join("sample_data/deskcard.toml");
    deskcard(&[more, &["--config", config.to_str().expect("a path")]].concat())
}

fn json(more: &[&str]) -> Value {
    ask(&[more, &["--format", "json"]].concat()).ok().json()
}

#[test]
fn earlier_work_in_the_business_is_all_that_goes_with_better_results() {
    let found = json(&["drivers"]);
    let compared = found["compared"].as_array().expect("comparisons");
    assert!(compared.len() > 20, "{}", compared.len());
    let told: Vec<&Value> = compared.iter().filter(|c| c["certainty"] != "cannot_tell_yet").collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(
        (&told[0]["metric"], &told[0]["attribute"], &told[0]["certainty"]),
        (&"csat".into(), &"prior_business".into(), &"clear".into())
    );
    let words = ask(&["drivers"]).ok().stdout;
    assert!(words.contains("Associated with") && !words.contains("because of"), "{words}");
}

#[test]
fn shadowing_was_not_planted_and_cannot_be_told_whoever_counts_as_treated() {
    for more in [&[][..], &["--measure", "shadowing_days"], &["--teams", "Service Desk Berlin"]] {
        let asked = [&["before-after", "--event", "shadowing"], more].concat();
        let words = ask(&asked).ok().stdout;
        assert!(words.contains("Cannot tell") && words.contains("Could see"), "{words}");
    }
    let answer = json(&["before-after", "fcr_touch", "--date", "2026-03-02", "--before", "20", "--after", "20"]);
    assert_eq!(answer["measure"]["id"], "fcr_touch");
    // A Monday begins the first week after; any other day cuts its week in two, and that week is neither's.
    for day in ["2026-03-02", "2026-03-03", "2026-03-08"] {
        let words = ask(&["before-after", "fcr_touch", "--date", day, "--before", "3", "--after", "2"]).ok().stdout;
        assert!(words.contains("3 whole weeks before, 2 after"), "{day}: {words}");
    }
}

#[test]
fn what_cannot_be_asked_says_what_can() {
    let refused = |more: &[&str], words: &[&str]| {
        let run = ask(more);
        assert_eq!(run.code, 2, "{}", run.stderr);
        words.iter().for_each(|w| assert!(run.stderr.contains(w), "{w:?} in {}", run.stderr));
    };
    refused(&["drivers", "aht"], &["aht is no share", "csat"]);
    refused(&["before-after"], &["--event or --date"]);
    refused(&["before-after", "--event", "shadwing"], &["no [[event]]", "Shadowing days start"]);
    refused(&["before-after", "backlog", "--date", "2026-03-02"], &["no share or mean"]);
    refused(&["before-after", "--event", "shadowing", "--teams", "Berlin"], &["no rows of team", "Service Desk Berlin"]);
    refused(&["before-after", "--event", "shadowing", "--measure", "kudo"], &["no observation is named", "kudos"]);
}
