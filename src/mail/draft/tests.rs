use proptest::prelude::*;

use super::*;

pub(in crate::mail) fn draft() -> Draft {
    let image = Image { cid: "spark-1@deskcard".into(), name: "spark-1.png".into(), png: b"\x89PNG not really \0\xff".repeat(9) };
    Draft {
        key: Key { desk: "Kundendienst <Nord>".into(), period: "2026-W46".into(), card: "agent-ada-123456".into() },
        from: Mailbox::new("Service Desk, IT", "desk@example.com".parse().unwrap()),
        reply_to: Some(Mailbox::new("", "lead@example.com".parse().unwrap())),
        to: Mailbox::new("Zoë Ångström", "zoe@bücher.example".parse().unwrap()),
        date: 1_794_805_200,
        content: Content {
            subject: "Zoë · Week 46: 5 of 7 targets met".into(),
            text: "Answered within SLA: 96 %\n.\n.hidden dot\n".into(),
            html: "<p>96&#160;% ≥ 92&#160;%</p><img src=\"cid:spark-1@deskcard\" alt=\"up\" width=\"112\" height=\"32\">".into(),
            images: vec![image],
        },
        attachments: vec![Attachment { name: "card.pdf".into(), media_type: "application/pdf".into(), bytes: b"%PDF-1.7".to_vec() }],
    }
}

fn text(draft: &Draft) -> String {
    String::from_utf8(draft.seal().unwrap().bytes).unwrap()
}

/// Names of the headers before the first empty line, folded lines joined.
fn headers(message: &str) -> Vec<(String, String)> {
    let head = message.split("\r\n\r\n").next().unwrap().replace("\r\n ", " ").replace("\r\n\t", " ");
    head.split("\r\n").map(|line| line.split_once(": ").map(|(n, v)| (n.to_owned(), v.to_owned())).expect(line)).collect()
}

#[test]
fn the_headers_are_these_and_no_others() {
    let all = headers(&text(&draft()));
    let names: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "Date",
            "From",
            "To",
            "Subject",
            "Message-ID",
            "In-Reply-To",
            "References",
            "Reply-To",
            "Auto-Submitted",
            "X-Auto-Response-Suppress",
            "Precedence",
            "List-Id",
            "MIME-Version",
            "Content-Type",
        ]
    );
    let value = |name: &str| all.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str()).unwrap();
    assert_eq!(value("Date"), "Mon, 16 Nov 2026 05:00:00 +0000");
    assert_eq!(value("From"), "=?utf-8?b?U2VydmljZSBEZXNrLCBJVA==?= <desk@example.com>");
    assert!(value("To").ends_with(" <zoe@xn--bcher-kva.example>"), "{}", value("To"));
    assert_eq!(value("Auto-Submitted"), "auto-generated");
    assert_eq!(value("X-Auto-Response-Suppress"), "All");
    assert_eq!(value("List-Id"), "<kundendienst-nord.scorecards.example.com>");
}

#[test]
fn the_same_content_is_the_same_message() {
    assert_eq!(draft().seal().unwrap(), draft().seal().unwrap());
    let sealed = draft().seal().unwrap();
    assert!(sealed.bytes.is_ascii());
    assert!(sealed.bytes.split(|b| *b == b'\n').all(|line| line.len() <= 999), "RFC 5322: at most 998 characters and CR LF");
    assert_eq!(sealed.message_id, format!("<{}.{}@example.com>", sealed.slot, sealed.version));
}

#[test]
fn what_it_is_about_and_what_it_says_are_told_apart() {
    let was = draft().seal().unwrap();
    let slot_and_version = |change: &dyn Fn(&mut Draft)| {
        let mut other = draft();
        change(&mut other);
        let now = other.seal().unwrap();
        (now.slot == was.slot, now.version == was.version, now.message_id == was.message_id)
    };
    assert_eq!(slot_and_version(&|d| d.content.text.push('x')), (true, false, false));
    assert_eq!(slot_and_version(&|d| d.content.images[0].png.push(1)), (true, false, false));
    assert_eq!(slot_and_version(&|d| d.attachments.clear()), (true, false, false));
    assert_eq!(slot_and_version(&|d| d.key.period = "2026-W47".into()), (false, true, false));
    assert_eq!(slot_and_version(&|d| d.key.desk = "Other".into()), (false, true, false));
    assert_eq!(slot_and_version(&|d| d.to.address = "ann@example.com".parse().unwrap()), (false, true, false));
    assert_eq!(slot_and_version(&|d| d.to = Mailbox::new("Other name", d.to.address.clone())), (true, true, true));
    assert_eq!(slot_and_version(&|d| d.to.address = "ZOE@bücher.example".parse().unwrap()), (true, true, true));
}

#[test]
fn the_weeks_of_one_card_are_one_thread() {
    let thread = |d: &Draft| headers(&text(d)).into_iter().find(|(n, _)| n == "References").unwrap().1;
    let (mut next_week, mut other_card) = (draft(), draft());
    next_week.key.period = "2026-W47".into();
    other_card.key.card = "team-nord".into();
    assert_eq!(thread(&draft()), thread(&next_week));
    assert_ne!(thread(&draft()), thread(&other_card));
}

#[test]
fn shells_are_only_as_many_as_needed() {
    let shells = |d: &Draft| ["mixed", "alternative", "related"].map(|kind| text(d).contains(&format!("multipart/{kind}")));
    let mut plain = draft();
    assert_eq!(shells(&plain), [true, true, true]);
    plain.attachments.clear();
    assert_eq!(shells(&plain), [false, true, true]);
    plain.content.images.clear();
    assert_eq!(shells(&plain), [false, true, false]);
}

#[test]
fn names_that_are_not_plain_are_a_bug() {
    for bad in ["", "a b.pdf", "../a.pdf", "a\r\nX: y", "a\"b.pdf", "ä.pdf"] {
        let mut draft = draft();
        draft.attachments[0].name = bad.into();
        assert_eq!(draft.seal().unwrap_err().kind.exit_code(), 70, "{bad:?}");
    }
    let mut past = draft();
    past.date = -1;
    assert_eq!(past.seal().unwrap_err().kind.exit_code(), 70);
}

proptest! {
    /// Names, subjects and bodies come from exports: they never add a header, and never panic the builder.
    #[test]
    fn hostile_text_stays_where_it_was_put(
        name in "[a-zäß日\u{202e}\"<>@,;:\\\\\r\n\0 =?]{0,60}|\\PC{0,300}",
        subject in "[a-z\r\n\0:=? ]{0,60}|\\PC{0,300}",
        body in "[a-z.\r\n]{0,60}|\\PC{0,200}",
        desk in "\\PC{0,60}",
    ) {
        let mut draft = draft();
        draft.to = Mailbox::new(&name, draft.to.address.clone());
        draft.from = Mailbox::new(&name, draft.from.address.clone());
        draft.key.desk = desk;
        draft.content.subject = subject;
        draft.content.text = body;
        let message = text(&draft);
        let all = headers(&message);
        prop_assert_eq!(all.len(), 14);
        prop_assert!(message.bytes().all(|b| b == b'\r' || b == b'\n' || b == b'\t' || (b' '..127).contains(&b)));
        prop_assert!(!message.replace("\r\n", "").contains(['\r', '\n']));
        prop_assert!(message.lines().all(|line| line.len() <= 998));
        let to = &all.iter().find(|(n, _)| n == "To").unwrap().1;
        prop_assert!(to.ends_with("<zoe@xn--bcher-kva.example>") || to == "zoe@xn--bcher-kva.example", "{}", to);
    }
}
