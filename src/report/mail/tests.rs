use super::*;
use crate::report::tests::scorecard;
use crate::scorecard::{Card, CardKind};

/// Stands for a drawing.
#[expect(clippy::unnecessary_wraps, reason = "the shape of a drawing")]
fn png(_: &Picture<'_>) -> Result<Option<Vec<u8>>> {
    Ok(Some(b"\x89PNG".to_vec()))
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a drawing")]
fn none(_: &Picture<'_>) -> Result<Option<Vec<u8>>> {
    Ok(None)
}

fn order<'a>(scorecard: &'a Scorecard, card: &'a Card) -> Order<'a> {
    let link = Some("https://intranet.example.com/cards");
    Order { scorecard, card, why: Why::Own, subject: "{card} · {period}: {verdict}", link, may_name: false }
}

fn mails(scorecard: &Scorecard) -> Vec<Content> {
    scorecard.cards.iter().map(|card| content(&order(scorecard, card), None, &png).unwrap()).collect()
}

/// Values of an attribute, in order.
fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn a_mail_fetches_nothing_and_stays_below_what_gmail_cuts_off() {
    for mail in mails(&scorecard()) {
        assert!(mail.html.len() <= MAX_HTML_BYTES);
        for never in ["<svg", "<style", "<script", "<link", "<form", "=\"data:", "var(", "url(", "@import", "flex", "position:", "<iframe"]
        {
            assert!(!mail.html.contains(never), "{never}");
        }
        assert!(attributes(&mail.html, "src").iter().all(|src| src.starts_with("cid:")));
        assert!(attributes(&mail.html, "href").iter().all(|href| href.starts_with("https://intranet.example.com/cards/2")));
    }
}

#[test]
fn every_picture_is_in_the_message_and_has_words_and_a_size() {
    let scorecard = scorecard();
    for mail in mails(&scorecard) {
        let shown: Vec<&str> = attributes(&mail.html, "src").iter().filter_map(|src| src.strip_prefix("cid:")).collect();
        let held: Vec<&str> = mail.images.iter().map(|i| i.cid.as_str()).collect();
        let mut unique = held.clone();
        unique.sort_unstable();
        unique.dedup();
        assert_eq!((shown.len(), unique.len()), (held.len(), held.len()));
        assert!(held.iter().all(|cid| shown.contains(cid)) && !held.is_empty());
        for image in mail.html.split("<img").skip(1).map(|rest| rest.split('>').next().unwrap()) {
            assert!(attributes(image, "alt")[0].len() > 5 && attributes(image, "width")[0].parse::<u32>().unwrap() > 0, "{image}");
            assert!(attributes(image, "height")[0].parse::<u32>().unwrap() > 0, "{image}");
        }
    }
    let plain = content(&order(&scorecard, &scorecard.cards[0]), None, &none).unwrap();
    assert!(plain.images.is_empty() && !plain.html.contains("<img"));
}

#[test]
fn the_text_is_no_wider_than_a_terminal_and_says_the_same() {
    let scorecard = scorecard();
    for (card, mail) in scorecard.cards.iter().zip(mails(&scorecard)) {
        let wide: Vec<&str> =
            mail.text.lines().filter(|l| l.chars().count() > 72 && l.trim().contains(' ') && !l.starts_with("  deskcard")).collect();
        assert!(wide.iter().all(|l| l.starts_with("The whole card: ")), "{wide:#?}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        for finding in card.doing_well.iter().chain(&card.to_improve) {
            let title = crate::format::clean(&finding.title);
            assert!(words(&mail.text).contains(&words(&title)), "{title} is not in {}", mail.text);
        }
        assert!(mail.text.contains(&scorecard.command) && mail.text.contains("You get this mail because"), "{}", mail.text);
    }
}

#[test]
fn a_subject_has_the_card_the_period_and_a_verdict() {
    let mut scorecard = scorecard();
    scorecard.cards[0].name = "Desk {verdict}".into();
    let mut desk = order(&scorecard, &scorecard.cards[0]);
    let subject = words::subject(&desk);
    assert!(subject.starts_with(&format!("Desk {{verdict}} · {}: ", scorecard.period.label.replace('\u{a0}', " "))), "{subject}");
    assert!(subject.contains("target"), "{subject}");
    desk.subject = "{period_id} {desk}";
    assert!(words::subject(&desk).starts_with(&scorecard.period.id));
}

#[test]
fn a_person_is_not_judged_by_counting_targets_in_a_subject() {
    let mut agent = scorecard().cards.into_iter().find(|c| c.kind == CardKind::Agent).unwrap();
    let finding = agent.doing_well.first().or(agent.to_improve.first()).cloned().unwrap_or_else(|| scorecard().cards[0].goals[0].clone());
    (agent.doing_well, agent.to_improve) = (vec![], vec![]);
    assert_eq!(words::verdict(&agent), "nothing out of the ordinary");
    assert_eq!(words::finding(&agent), "Nothing stands out from the usual ups and downs");
    agent.doing_well = vec![finding.clone(); 3];
    assert_eq!(words::verdict(&agent), "3 doing well");
    agent.to_improve = vec![finding];
    assert_eq!(words::verdict(&agent), "3 doing well, 1 to work on");
    assert!(words::finding(&agent).starts_with("To work on: ") && words::finding(&agent).ends_with("1 more"));
}

#[test]
fn mail_of_a_team_or_supplier_names_nobody_unless_asked() {
    let mut scorecard = scorecard();
    let agent = scorecard.cards.iter().find(|c| c.kind == CardKind::Agent).unwrap().name.clone();
    let said = format!("Joiners with {agent} learn faster.");
    for card in scorecard.cards.iter_mut().filter(|c| c.kind != CardKind::Agent) {
        let mut finding = card.goals.first().cloned().unwrap_or_else(|| card.doing_well[0].clone());
        finding.text.clone_from(&said);
        card.to_improve = vec![finding];
    }
    let escaped =
        |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
    for card in &scorecard.cards {
        let mut order = order(&scorecard, card);
        let mail = content(&order, None, &png).unwrap();
        let is_named = mail.html.contains(&escaped(&agent)) || mail.text.contains(&agent);
        assert_eq!(is_named, card.kind == CardKind::Desk || (card.kind == CardKind::Agent && card.name == agent), "{}", card.slug);
        order.may_name = true;
        if matches!(card.kind, CardKind::Team | CardKind::Supplier) {
            assert!(content(&order, None, &png).unwrap().html.contains(&escaped(&said)));
        }
    }
}

#[test]
fn hostile_text_is_text() {
    let mut scorecard = scorecard();
    let evil = "<img src=x onerror=alert(1)>\"'</td>{{ view.why }}\r\nBcc: a@x.example\u{202e}\0";
    for card in &mut scorecard.cards {
        card.name = evil.into();
        card.goals.iter_mut().chain(&mut card.doing_well).chain(&mut card.to_improve).for_each(|f| {
            f.title = evil.into();
            f.text = evil.into();
        });
        card.next_goals.iter_mut().for_each(|g| g.text = evil.into());
    }
    scorecard.desk = evil.into();
    scorecard.definitions.iter_mut().for_each(|d| {
        d.label = evil.into();
        d.text = evil.into();
    });
    for mail in mails(&scorecard) {
        assert!(!mail.html.contains("<img src=x") && !mail.html.contains("</td>{{") && !mail.html.contains(['\u{202e}', '\0']));
        assert!(!mail.subject.contains(['\r', '\n', '\u{202e}']) && !mail.text.contains(['\r', '\u{202e}']));
        assert!(!mail.text.lines().any(|line| line.starts_with("Bcc:")), "{}", mail.text);
    }
}

#[test]
fn the_same_card_is_the_same_mail_and_its_templates_escape_everything() {
    assert_eq!(mails(&scorecard()), mails(&scorecard()));
    for (name, text) in TEMPLATES {
        assert!(!text.contains("safe") && !text.contains("{% filter"), "{name}");
    }
}

#[test]
fn a_template_of_the_same_name_replaces_ours() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("mail_next.html"), "<p>ours: {{ view.name }}</p>").unwrap();
    let scorecard = scorecard();
    let mail = content(&order(&scorecard, &scorecard.cards[0]), Some(dir.path()), &png).unwrap();
    assert!(mail.html.contains("<p>ours: "));
    std::fs::write(dir.path().join("mail_next.html"), "{% if %}").unwrap();
    assert_eq!(content(&order(&scorecard, &scorecard.cards[0]), Some(dir.path()), &png).unwrap_err().kind.exit_code(), 2);
}
