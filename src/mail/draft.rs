//! A message from its content: the same content is the same message, byte for byte, `Message-ID` and boundaries included.

use std::time::{Duration, UNIX_EPOCH};

use lettre::message::header::{ContentDisposition, ContentId, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment as Part, MultiPart, MultiPartKind, SinglePart};
use sha2::{Digest, Sha256};

use super::address::{Address, Mailbox, header_words};
use crate::error::{Error, Result};
use crate::publish::stage::hex;

/// Characters of a subject; what a phone shows is far less.
const LONGEST_SUBJECT: usize = 200;

/// What a message is about: of all messages with one key and recipient, a person wants one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The desk.
    pub desk: String,
    /// `2026-W46`.
    pub period: String,
    /// The card's slug.
    pub card: String,
}

/// What the reader sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// Subject line. May hold text from exports.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// HTML; its pictures are `cid:` links to `images`.
    pub html: String,
    /// Pictures of the HTML, each used at least once.
    pub images: Vec<Image>,
}

/// A PNG inside the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its name in `cid:` links: letters, digits, `-`, `_`, `.` and `@`.
    pub cid: String,
    /// File name, should a client show one: letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// The PNG.
    pub png: Vec<u8>,
}

/// A file with the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// File name: letters, digits, `-`, `_` and `.`.
    pub name: String,
    /// `application/pdf`.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A message to one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// What it is about.
    pub key: Key,
    /// Sender; its domain is that of the `Message-ID`.
    pub from: Mailbox,
    /// Where answers go, if not to the sender.
    pub reply_to: Option<Mailbox>,
    /// The recipient.
    pub to: Mailbox,
    /// Its date, UTC seconds since 1970: the cut-off of the data.
    pub date: i64,
    /// What the reader sees.
    pub content: Content,
    /// Files with it.
    pub attachments: Vec<Attachment>,
}

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// 24 hex digits of the SHA-256 of key and recipient: the same for every version of the message.
    pub slot: String,
    /// 16 hex digits of the SHA-256 of what it says.
    pub version: String,
    /// `<SLOT.VERSION@DOMAIN>`.
    pub message_id: String,
    /// What it is about.
    pub key: Key,
    /// Sender of the envelope.
    pub from: Address,
    /// The one recipient of the envelope.
    pub to: Address,
    /// RFC 5322 with CR LF line ends, ASCII.
    pub bytes: Vec<u8>,
}

impl Draft {
    /// The message as it is sent.
    ///
    /// # Errors
    /// A bug of ours if a name of a picture or file is not plain, or the date lies before 1970.
    pub fn seal(&self) -> Result<Sealed> {
        self.check_names()?;
        let (slot, version) = (self.slot(), self.version());
        let domain = self.from.address.domain();
        let message_id = format!("<{slot}.{version}@{domain}>");
        let message = self.headers(&message_id)?.multipart(self.body(&format!("{slot}{version}"))?).map_err(|e| unbuilt(&e))?;
        let (from, to) = (self.from.address.clone(), self.to.address.clone());
        Ok(Sealed { slot, version, message_id, key: self.key.clone(), from, to, bytes: message.formatted() })
    }

    fn check_names(&self) -> Result<()> {
        let images = self.content.images.iter().flat_map(|i| [i.cid.replacen('@', "", 1), i.name.clone()]);
        let is_plain =
            |name: &str| !name.is_empty() && name.len() < 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        match images.chain(self.attachments.iter().map(|a| a.name.clone())).find(|name| !is_plain(name)) {
            Some(name) => Err(Error::bug(format!("{name:?} cannot name a part of a message"))),
            None => Ok(()),
        }
    }

    fn slot(&self) -> String {
        let key = &self.key;
        digest(&[b"slot", key.desk.as_bytes(), key.period.as_bytes(), key.card.as_bytes(), self.recipient().as_bytes()], 24)
    }

    /// Hardly any server tells upper from lower case before the @: a roster that is tidied up sends nothing twice.
    fn recipient(&self) -> String {
        self.to.address.as_str().to_lowercase()
    }

    fn version(&self) -> String {
        let content = &self.content;
        let mut parts: Vec<&[u8]> = vec![b"version", content.subject.as_bytes(), content.text.as_bytes(), content.html.as_bytes()];
        parts.extend(content.images.iter().flat_map(|i| [i.cid.as_bytes(), &i.png]));
        parts.extend(self.attachments.iter().flat_map(|a| [a.name.as_bytes(), &a.bytes]));
        digest(&parts, 16)
    }

    /// The message that never was, to which all messages of one card to one person are answers: a mail program keeps them together.
    fn thread(&self) -> String {
        let recipient = self.recipient();
        let parts: [&[u8]; 4] = [b"thread", self.key.desk.as_bytes(), self.key.card.as_bytes(), recipient.as_bytes()];
        format!("<{}@{}>", digest(&parts, 24), self.from.address.domain())
    }

    fn headers(&self, message_id: &str) -> Result<lettre::message::MessageBuilder> {
        let since = u64::try_from(self.date).map_err(|_| Error::bug("a message dated before 1970"))?;
        let mut builder = lettre::Message::builder()
            .date(UNIX_EPOCH + Duration::from_secs(since))
            .from(mailbox(&self.from)?)
            .to(mailbox(&self.to)?)
            .subject(header_words(&self.content.subject, LONGEST_SUBJECT))
            .message_id(Some(message_id.to_owned()))
            .in_reply_to(self.thread())
            .references(self.thread());
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(mailbox(reply_to)?);
        }
        // RFC 3834 and Exchange: no out-of-office answers; RFC 2919: something to sort by.
        let fixed = [
            (HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()),
            (HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All".to_owned()),
            (HeaderName::new_from_ascii_str("Precedence"), "bulk".to_owned()),
            (HeaderName::new_from_ascii_str("List-Id"), format!("<{}.scorecards.{}>", self.list(), self.from.address.domain())),
        ];
        Ok(fixed.into_iter().fold(builder, |builder, (name, value)| builder.raw_header(HeaderValue::new(name, value))))
    }

    /// The desk as a label of a domain.
    fn list(&self) -> String {
        let dashed: String =
            self.key.desk.to_lowercase().chars().take(40).map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let words: Vec<&str> = dashed.split('-').filter(|word| !word.is_empty()).collect();
        if words.is_empty() { "desk".to_owned() } else { words.join("-") }
    }

    /// `mixed( alternative( text, related( html, pictures ) ), files )`, each shell only where it has something to hold.
    fn body(&self, seed: &str) -> Result<MultiPart> {
        let html = SinglePart::html(crlf(&self.content.html));
        let alternative = shell(MultiPartKind::Alternative, seed).singlepart(SinglePart::plain(crlf(&self.content.text)));
        let alternative = if self.content.images.is_empty() {
            alternative.singlepart(html)
        } else {
            let related = shell(MultiPartKind::Related, seed).singlepart(html);
            alternative
                .multipart(self.content.images.iter().try_fold(related, |all, image| Ok::<_, Error>(all.singlepart(picture(image)?)))?)
        };
        if self.attachments.is_empty() {
            return Ok(alternative);
        }
        let mixed = shell(MultiPartKind::Mixed, seed).multipart(alternative);
        self.attachments.iter().try_fold(mixed, |all, file| {
            Ok(all.singlepart(Part::new(file.name.clone()).body(file.bytes.clone(), media_type(&file.media_type)?)))
        })
    }
}

/// `=_` can be in no encoded body, so a boundary is never found inside a part.
fn shell(kind: MultiPartKind, seed: &str) -> lettre::message::MultiPartBuilder {
    let boundary = format!("=_{}", digest(&[format!("{kind:?}").as_bytes(), seed.as_bytes()], 32));
    MultiPart::builder().kind(kind).boundary(boundary)
}

fn picture(image: &Image) -> Result<SinglePart> {
    let part = SinglePart::builder()
        .header(media_type("image/png")?)
        .header(ContentId::from(format!("<{}>", image.cid)))
        .header(ContentDisposition::inline_with_name(&image.name));
    Ok(part.body(image.png.clone()))
}

fn media_type(text: &str) -> Result<ContentType> {
    ContentType::parse(text).map_err(|e| Error::bug(format!("{text:?} is no media type: {e}")))
}

fn mailbox(m: &Mailbox) -> Result<lettre::message::Mailbox> {
    let address = m.address.as_str().parse().map_err(|e| Error::bug(format!("{:?} is no address: {e}", m.address.as_str())))?;
    Ok(lettre::message::Mailbox::new((!m.name().is_empty()).then(|| m.name().to_owned()), address))
}

fn unbuilt(e: &lettre::error::Error) -> Error {
    Error::bug(format!("the message cannot be built: {e}"))
}

fn crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n")
}

/// The first hex digits of the SHA-256 of parts, each led by its length so that no two lists of parts are the same bytes.
fn digest(parts: &[&[u8]], digits: usize) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let mut text = hex(&hash.finalize());
    text.truncate(digits);
    text
}

#[cfg(test)]
pub(super) mod tests;
