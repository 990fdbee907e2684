//! `deskcard send`: the cards of a published period by mail, to each person their own.

mod own;
mod recipients;

use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::json;

use super::run::plan::scorecard as published;
use super::{Context, Outcome, stdout_failed};
use crate::charts::{self, png};
use crate::cli::{CheckFormat, SendArgs};
use crate::clock::parse_local;
use crate::error::{Error, Result};
use crate::facts::{Contact, Table, Wanted, contacts};
use crate::format::things;
use crate::mail::outbox::Again;
use crate::mail::{self, Attachment, Draft, Entry, Key, Outbox, Patience, Put, Sealed, Sendout, Smtp, State};
use crate::publish::file::{linked, replace};
use crate::publish::retain::LATEST;
use crate::publish::settle::MachineClock;
use crate::report::mail::{Order, Picture, Subject, Why, content};
use crate::report::outputs::pdf_path;
use crate::report::xlsx;
use crate::scorecard::{Card, Scorecard};
use crate::settings::{Attach, Mail};
use recipients::{Delivery, Problem, recipients};

/// Seconds for which the outbox remembers what was sent: a year, so that no card goes twice.
const REMEMBERED: i64 = 366 * 86_400;

pub(super) fn run(args: &SendArgs, now: i64, stdout: &mut dyn Write) -> Result<Outcome> {
    let ctx = Context::load(&args.common, now)?.reading(&args.data)?;
    let settings = settings(&ctx)?;
    super::report::check_templates(args.templates.as_deref())?;
    let scorecard = latest(&ctx, args.period.as_deref())?;
    let post = Post::new(&ctx, settings, &scorecard, args.templates.as_deref())?;
    if !args.send {
        if let Some(folder) = &args.preview {
            post.preview(folder)?;
        }
        return told(stdout, args.format, &post, None);
    }
    let outbox = Outbox::open(&place(&ctx))?;
    let changed = post.queue(&outbox, now)?;
    let patience = Patience {
        retries: settings.retries,
        wait: settings.wait,
        give_up_after: settings.give_up_after,
        retry_unknown: args.retry_unknown,
        domains: settings.domains.clone(),
    };
    let sendout = mail::send(&outbox, &mut Smtp::new(settings.server.clone()), &MachineClock, &patience)?;
    outbox.forget(now - REMEMBERED)?;
    told(stdout, args.format, &post, Some((&sendout, &changed)))?;
    // What was told of an earlier period before stays told, and is no news.
    let is_news = |e: &&Entry| match e.state {
        State::Failed { at, .. } | State::Unknown { at, .. } => e.period == post.scorecard.period.id || at >= now,
        _ => true,
    };
    let is_whole =
        post.problems.is_empty() && sendout.entries.iter().filter(is_news).all(|e| matches!(e.state, State::Sent { .. } | State::Replaced));
    match is_whole {
        true => Ok(Outcome::Done),
        false => Err(Error::output("not everybody got their mail")
            .hint("the lines above say who and why; what waits is tried again by `deskcard send --send`")),
    }
}

/// `[mail]`, which must be there.
fn settings(ctx: &Context) -> Result<&Mail> {
    ctx.settings.mail.as_ref().ok_or_else(|| {
        Error::config("the config has no [mail]")
            .at(ctx.settings.path.display().to_string())
            .hint("name the server, the sender and the domains mail may go to: [mail] host = \"smtp.example.com\" from = \"Service Desk <desk@example.com>\" domains = [\"example.com\"]")
    })
}

/// The folder of messages on their way.
pub(super) fn place(ctx: &Context) -> PathBuf {
    ctx.settings.dir.join("outbox")
}

/// The scorecard of a published period.
fn latest(ctx: &Context, period: Option<&str>) -> Result<Scorecard> {
    let out = ctx.settings.dir.join(&ctx.settings.report.out);
    let id = match period {
        Some(id) => Some(id.to_owned()),
        None => linked(&out.join(LATEST))?,
    };
    let Some(id) = id else {
        return Err(Error::input(format!("no period is published in {}", out.display()))
            .hint("`deskcard run` publishes one; of what `deskcard report` made, name the period with --period"));
    };
    let folder = out.join(&id);
    published(&folder)?.ok_or_else(|| {
        Error::input(format!("there is no scorecard of {id} that this version understands"))
            .at(folder.display().to_string())
            .hint("`deskcard report --period` makes it")
    })
}

/// The mails of a scorecard.
pub(super) struct Post<'a> {
    settings: &'a Mail,
    scorecard: &'a Scorecard,
    drafts: Vec<(Delivery, Draft)>,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Post<'a> {
    /// Makes them; the roster says who gets what.
    pub(super) fn new(ctx: &Context, settings: &'a Mail, scorecard: &'a Scorecard, templates: Option<&Path>) -> Result<Self> {
        let people = people(ctx)?;
        let mine = own::scorecards(ctx, scorecard)?;
        let (deliveries, problems) = recipients(&people, &own::cards(scorecard, &mine), settings);
        let date = parse_local(&scorecard.as_of).map_or(ctx.as_of, |local| ctx.zone().to_utc(local).secs);
        let folder = ctx.settings.dir.join(&ctx.settings.report.out).join(&scorecard.period.id);
        let draft = |delivery: Delivery| -> Result<(Delivery, Draft)> {
            // Their own folder has all figures of a person, the pages for others only those of enough answers.
            let scorecard = mine.get(&delivery.card).filter(|_| delivery.why == Why::Own).unwrap_or(scorecard);
            let card = scorecard.cards.iter().find(|c| c.slug == delivery.card);
            let card = card.ok_or_else(|| Error::bug(format!("no card {}", delivery.card)))?;
            let order = Order {
                scorecard,
                card,
                why: delivery.why,
                subject: &settings.subject,
                link: settings.link.as_deref(),
                may_name: settings.name_people,
            };
            let content = content(&order, templates, &|picture| drawn(scorecard, card, picture))?;
            let key = Key { desk: scorecard.desk.clone(), period: scorecard.period.id.clone(), card: card.slug.clone() };
            let attachments = attachments((settings, &folder), scorecard, card)?;
            let (from, reply_to, to) = (settings.from.clone(), settings.reply_to.clone(), delivery.to.clone());
            Ok((delivery, Draft { key, from, reply_to, to, date, content, attachments }))
        };
        let drafts = deliveries.into_par_iter().map(draft).collect::<Result<_>>()?;
        Ok(Self { settings, scorecard, drafts, problems })
    }

    /// Writes the messages as they would be sent.
    fn preview(&self, folder: &Path) -> Result<()> {
        for (i, (delivery, draft)) in self.drafts.iter().enumerate() {
            // The same card may go to several people.
            let (_, files) = mail::preview::preview(draft, &format!("{:03}-{}", i + 1, delivery.card))?;
            files.iter().try_for_each(|(name, bytes)| replace(&folder.join(name), bytes))?;
        }
        Ok(())
    }

    /// Puts them into the outbox; the ids of those that changed after they were sent and stay as they were.
    pub(super) fn queue(&self, outbox: &Outbox, now: i64) -> Result<Vec<String>> {
        let again = if self.settings.resend_changed { Again::Yes } else { Again::No };
        let mut changed = Vec::new();
        for (delivery, draft) in &self.drafts {
            let sealed: Sealed = draft.seal()?;
            if outbox.put(&sealed, again, now)? == Put::Changed {
                changed.push(format!("{} to {}", delivery.card, delivery.to.address));
            }
        }
        Ok(changed)
    }
}

/// The roster.
fn people(ctx: &Context) -> Result<Vec<Contact>> {
    let mut wanted = Wanted::new(&ctx.settings);
    ["agent", "team", "supplier", "role", "left_at"].into_iter().try_for_each(|column| wanted.add(Table::Spells, column))?;
    let desk = ctx.desk(&wanted)?;
    desk.ledger.accept()?;
    contacts(&desk)
}

/// A picture of a mail.
fn drawn(scorecard: &Scorecard, card: &Card, picture: &Picture<'_>) -> Result<Option<Vec<u8>>> {
    match picture.subject {
        Subject::Spark(kpi, unit) => charts::sparkline_png(kpi, unit, png::Look::MAIL),
        Subject::Chart(chart) => {
            let drawing = charts::draw(chart, &scorecard.definitions, &card.name, "mail");
            png::draw(&drawing.svg, png::Look::MAIL).map(Some)
        }
    }
}

/// The PDF that was published with a card.
fn printed(folder: &Path, card: &Card) -> Result<Vec<u8>> {
    let path = folder.join(pdf_path(card));
    std::fs::read(&path).map_err(|e| {
        Error::input(format!("the PDF to attach cannot be read: {e}"))
            .at(path.display().to_string())
            .hint("a period gets PDFs if `outputs` of [report] has \"pdf\" when it is published; `deskcard report --period` makes it again")
    })
}

fn attachments((settings, folder): (&Mail, &Path), scorecard: &Scorecard, card: &Card) -> Result<Vec<Attachment>> {
    let one = |attach: &Attach| match attach {
        Attach::Pdf => Ok(Attachment {
            name: format!("{}-{}.pdf", card.slug, scorecard.period.id),
            media_type: "application/pdf".to_owned(),
            bytes: printed(folder, card)?,
        }),
        Attach::Xlsx => Ok(Attachment {
            name: format!("{}-{}.xlsx", card.slug, scorecard.period.id),
            media_type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned(),
            bytes: xlsx::card(scorecard, card)?,
        }),
    };
    settings.attach.iter().map(one).collect()
}

/// Says who gets what, or who got it. No text of a message is told.
fn told(stdout: &mut dyn Write, format: CheckFormat, post: &Post<'_>, sent: Option<(&Sendout, &[String])>) -> Result<Outcome> {
    let text = match format {
        CheckFormat::Json => serde_json::to_string_pretty(&as_json(post, sent)).map_err(|e| Error::bug(e.to_string()))?,
        CheckFormat::Table => in_words(post, sent),
    };
    writeln!(stdout, "{}", text.trim_end()).map_err(|e| stdout_failed(&e))?;
    Ok(Outcome::Done)
}

fn in_words(post: &Post<'_>, sent: Option<(&Sendout, &[String])>) -> String {
    let mut lines: Vec<String> = match sent {
        None => post.drafts.iter().map(|(d, _)| format!("{:<40} {}", d.to.address.to_string(), d.card)).collect(),
        Some((sendout, changed)) => {
            let kept = changed.iter().map(|what| format!("{what}: changed after it was sent; not sent again ([mail] resend_changed)"));
            let open = sendout.entries.iter().filter(|e| !matches!(e.state, State::Sent { .. } | State::Replaced));
            open.map(|e| format!("{} to {}: {}", e.card, e.to, state(e))).chain(kept).collect()
        }
    };
    lines.extend(post.problems.iter().map(|p| format!("! {p}")));
    lines.push(match sent {
        None => {
            let messages = things(post.drafts.len(), "message", "messages");
            format!("{messages} of {}; nothing was sent (--send sends)", post.scorecard.period.id)
        }
        Some((sendout, _)) => {
            let count = |is_it: fn(&State) -> bool| sendout.count(is_it);
            let sent = count(|s| matches!(s, State::Sent { .. }));
            let open = sendout.entries.len() - sent - count(|s| matches!(s, State::Replaced));
            let again = if sendout.repeated > 0 { format!(", {} of them a second time", sendout.repeated) } else { String::new() };
            format!("{sent} sent{again}, {open} not")
        }
    });
    lines.join("\n")
}

/// How far a message is, in words.
pub(super) fn state(entry: &Entry) -> String {
    match &entry.state {
        State::Queued | State::Sending => "waits".to_owned(),
        State::Sent { .. } => "sent".to_owned(),
        State::Retry { reason, .. } => format!("tried again later: {reason}"),
        State::Failed { reason, .. } => format!("will not be sent: {reason}"),
        State::Unknown { reason, .. } => format!("nobody knows whether it arrived: {reason} (--retry-unknown sends it again)"),
        State::Replaced => "replaced by a later one".to_owned(),
    }
}

fn as_json(post: &Post<'_>, sent: Option<(&Sendout, &[String])>) -> serde_json::Value {
    let problems: Vec<_> = post.problems.iter().map(|p| json!({ "code": p.code, "about": p.about, "text": p.text })).collect();
    let messages: Vec<_> = match sent {
        None => post.drafts.iter().map(|(d, _)| json!({ "to": d.to.address.to_string(), "card": d.card })).collect(),
        Some((sendout, _)) => sendout
            .entries
            .iter()
            .map(|e| json!({ "to": e.to.to_string(), "card": e.card, "message_id": e.message_id, "state": state(e) }))
            .collect(),
    };
    json!({ "period": post.scorecard.period.id, "messages": messages, "problems": problems, "is_sent": sent.is_some() })
}
