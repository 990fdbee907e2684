//! `[mail]`: through which server scorecards are sent, as whom, and to whom.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use super::desk::Report;
use super::node::{Node, Table};
use crate::error::Result;
use crate::mail::address::domain;
use crate::mail::secret::Source;
use crate::mail::smtp::{Auth, Login, Server, Tls};
use crate::mail::{Address, Mailbox};

/// `[mail]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The server.
    pub server: Server,
    /// The sender.
    pub from: Mailbox,
    /// Where answers go; `None`: to the sender.
    pub reply_to: Option<Mailbox>,
    /// Domains mail may go to, in their ASCII form; never empty. `*.example.com`: all below that one.
    pub domains: Vec<String>,
    /// Who gets what.
    pub to: To,
    /// The subject, with `{desk}`, `{card}`, `{period}`, `{period_id}` and `{verdict}` in it.
    pub subject: String,
    /// Where the pages are for those who get the mail, without a `/` at its end; `None`: no link.
    pub link: Option<String>,
    /// Files to send with it.
    pub attach: Vec<Attach>,
    /// Whether the cards of teams and suppliers may name people.
    pub name_people: bool,
    /// Whether a card that changed after it was sent is sent again.
    pub resend_changed: bool,
    /// Further tries within a run.
    pub retries: u32,
    /// Wait before the first of them.
    pub wait: Duration,
    /// Age at which a message is given up.
    pub give_up_after: Duration,
}

/// Who gets what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct To {
    /// Whether agents get their own card.
    pub agents: bool,
    /// Roles of the roster, lower case, that get the card of their team.
    pub leads: Vec<String>,
    /// Roles of the roster, lower case, that get the desk's card.
    pub managers: Vec<String>,
    /// Roles of the roster, lower case, that get the card of their supplier.
    pub suppliers: Vec<String>,
    /// Who gets the desk's card besides.
    pub desk: Vec<Address>,
    /// Who gets a team's card besides, by the team's name.
    pub teams: BTreeMap<String, Vec<Address>>,
    /// Who gets a supplier's card besides, by the supplier's name.
    pub supplier_contacts: BTreeMap<String, Vec<Address>>,
}

/// A file that can be sent with a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attach {
    /// The card's workbook.
    Xlsx,
    /// The card's page as PDF, as it was published.
    Pdf,
}

/// The keys of `[mail]`.
pub(super) const KEYS: &[&str] = &[
    "host",
    "port",
    "tls",
    "ca_file",
    "timeout",
    "auth",
    "user",
    "password_env",
    "password_file",
    "password_command",
    "token_command",
    "from",
    "reply_to",
    "domains",
    "to_agents",
    "to_leads",
    "to_managers",
    "to_suppliers",
    "lead_roles",
    "manager_roles",
    "supplier_roles",
    "desk",
    "teams",
    "suppliers",
    "subject",
    "link",
    "attach",
    "name_people",
    "resend_changed",
    "retries",
    "wait",
    "give_up_after",
];

/// What a subject may hold.
pub(super) const PLACEHOLDERS: &[&str] = &["desk", "card", "period", "period_id", "verdict"];

/// The subject where none is given.
pub(super) const SUBJECT: &str = "{card} · {period}: {verdict}";

/// Roles of the roster where the config names none.
pub(super) const LEADS: &[&str] = &["lead", "team lead", "team leader"];
pub(super) const MANAGERS: &[&str] = &["manager", "desk manager", "service desk manager"];
pub(super) const CONTACTS: &[&str] = &["supplier contact", "account manager", "service delivery manager"];

/// The most that `retries` can be.
pub(super) const MOST_RETRIES: u32 = 10;

pub(super) const TLS: &[&str] = &["starttls", "implicit", "none"];
pub(super) const AUTH: &[&str] = &["plain", "login", "xoauth2", "none"];
pub(super) const ATTACH: &[&str] = &["xlsx", "pdf"];
/// Where a password or token can be.
const SECRETS: [&str; 4] = ["password_env", "password_file", "password_command", "token_command"];

impl Mail {
    /// Reads `[mail]`; `None` where the config does not speak of it. `dir` is the config's folder.
    pub(super) fn read(root: &Table<'_>, dir: &Path) -> Result<Option<Self>> {
        let Some(node) = root.get("mail") else { return Ok(None) };
        let table = node.table("[mail]", KEYS)?;
        let from = mailbox(&table.need("from")?)?;
        let flag = |key: &str| table.get(key).map_or(Ok(false), |n| n.flag());
        let secs = |key: &str, default: u64| table.get(key).map_or(Ok(default), |n| n.plain_secs().map(|s| s as u64));
        let mail = Self {
            server: server(&table, dir, from.address.domain())?,
            from,
            reply_to: table.get("reply_to").map(|n| mailbox(&n)).transpose()?,
            domains: domains(&table.need("domains")?)?,
            to: To::read(&table)?,
            subject: table.get("subject").map_or(Ok(SUBJECT.to_owned()), |n| subject(&n))?,
            link: table.get("link").map(|n| link(&n)).transpose()?,
            attach: table.get("attach").map_or(Ok(Vec::new()), |n| attach(&n))?,
            name_people: flag("name_people")?,
            resend_changed: flag("resend_changed")?,
            retries: table.get("retries").map_or(Ok(3), |n| retries(&n))?,
            wait: Duration::from_secs(secs("wait", 30)?),
            give_up_after: Duration::from_secs(secs("give_up_after", 3 * 86_400)?),
        };
        if !mail.to.is_anybody() {
            return Err(table.error("[mail] sends to nobody").hint(
                "say who gets cards: `to_agents = true`, `to_leads`, `to_managers`, `to_suppliers`, or `desk = [\"boss@example.com\"]`",
            ));
        }
        mail.check_domains(&table)?;
        Ok(Some(mail))
    }

    /// Addresses of the config itself must be allowed: that they are not is a mistake that would be found on Monday.
    fn check_domains(&self, table: &Table<'_>) -> Result<()> {
        let lists = [("desk", vec![&self.to.desk])]
            .into_iter()
            .chain([("teams", self.to.teams.values().collect()), ("suppliers", self.to.supplier_contacts.values().collect::<Vec<_>>())]);
        for (key, addresses) in lists {
            if let Some((node, stranger)) =
                table.get(key).zip(addresses.into_iter().flatten().find(|address: &&Address| !address.is_in(&self.domains)))
            {
                return Err(node
                    .error(format!("mail may not go to `{stranger}`"))
                    .hint(format!("add \"{}\" to `domains` of [mail] if it should", stranger.domain())));
            }
        }
        Ok(())
    }
}

/// A PDF can be sent only where one is made.
pub(super) fn check_attachments(root: &Table<'_>, mail: Option<&Mail>, report: &Report) -> Result<()> {
    let is_asked = mail.is_some_and(|mail| mail.attach.contains(&Attach::Pdf));
    if !is_asked || report.outputs.iter().any(|output| output == "pdf") {
        return Ok(());
    }
    let node = root.need("mail")?;
    Err(node
        .key_error("`attach` has `pdf`, and no PDF is made")
        .hint("add \"pdf\" to `outputs` of [report], and say in `pdf` which program prints it"))
}

impl To {
    fn read(table: &Table<'_>) -> Result<Self> {
        Ok(Self {
            agents: table.get("to_agents").map_or(Ok(false), |n| n.flag())?,
            leads: roles(table, ("to_leads", "lead_roles"), LEADS)?,
            managers: roles(table, ("to_managers", "manager_roles"), MANAGERS)?,
            suppliers: roles(table, ("to_suppliers", "supplier_roles"), CONTACTS)?,
            desk: table.get("desk").map_or(Ok(Vec::new()), |n| addresses(&n))?,
            teams: named(table, "teams")?,
            supplier_contacts: named(table, "suppliers")?,
        })
    }

    fn is_anybody(&self) -> bool {
        let has_role = [&self.leads, &self.managers, &self.suppliers].iter().any(|roles| !roles.is_empty());
        self.agents || has_role || !self.desk.is_empty() || !self.teams.is_empty() || !self.supplier_contacts.is_empty()
    }
}

/// The roles that a flag speaks of; none where it is not set.
fn roles(table: &Table<'_>, (flag, key): (&str, &str), usual: &[&str]) -> Result<Vec<String>> {
    let is_on = table.get(flag).map_or(Ok(false), |n| n.flag())?;
    match table.get(key) {
        Some(node) if !is_on => Err(node.key_error(format!("`{key}` is given, and `{flag}` is not true"))),
        Some(node) => Ok(node.texts()?.iter().map(|word| word.trim().to_lowercase()).collect()),
        None if is_on => Ok(usual.iter().map(ToString::to_string).collect()),
        None => Ok(Vec::new()),
    }
}

fn server(table: &Table<'_>, dir: &Path, hello: &str) -> Result<Server> {
    let host = table.need("host")?;
    let name = host.text()?;
    let is_plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
    if !is_plain || name.len() > 253 {
        return Err(host.error(format!("`{name}` is no name of a server")).hint("write the name alone: \"smtp.example.com\""));
    }
    let tls = tls(table, name)?;
    let timeout = table.get("timeout").map_or(Ok(60), |n| n.plain_secs())?;
    Ok(Server {
        host: name.to_owned(),
        port: table.get("port").map_or(Ok(tls.port()), |n| port(&n))?,
        tls,
        ca_file: table.text("ca_file")?.map(|file| dir.join(file)),
        login: login(table, dir, tls)?,
        timeout: Duration::from_secs(timeout as u64),
        hello: hello.to_owned(),
    })
}

fn tls(table: &Table<'_>, host: &str) -> Result<Tls> {
    let Some(node) = table.get("tls") else { return Ok(Tls::StartTls) };
    match node.choice(TLS)? {
        "implicit" => Ok(Tls::Implicit),
        "starttls" => Ok(Tls::StartTls),
        _ if matches!(host, "localhost" | "127.0.0.1" | "::1") => Ok(Tls::None),
        _ => Err(node
            .error("`tls = \"none\"` is only for a relay on this machine, `host = \"localhost\"`")
            .hint("use \"starttls\" or \"implicit\": scorecards and the password would be readable on the way")),
    }
}

fn port(node: &Node<'_>) -> Result<u16> {
    u16::try_from(node.integer()?).ok().filter(|p| *p > 0).ok_or_else(|| node.error("`port` must be a number from 1 to 65535"))
}

fn login(table: &Table<'_>, dir: &Path, tls: Tls) -> Result<Option<Login>> {
    let given: Vec<Node<'_>> = SECRETS.iter().filter_map(|key| table.get(key)).collect();
    let auth = match table.get("auth").map(|n| n.choice(AUTH)).transpose()? {
        Some("none") => None,
        Some("login") => Some(Auth::Login),
        Some("xoauth2") => Some(Auth::Xoauth2),
        Some(_) => Some(Auth::Plain),
        None if given.iter().any(|n| n.key == "token_command") => Some(Auth::Xoauth2),
        None => (!given.is_empty() || table.get("user").is_some()).then_some(Auth::Plain),
    };
    let Some(auth) = auth else { return none_given(table, &given) };
    if tls == Tls::None {
        return Err(table.error("a password is not sent without TLS").hint("take out `user` and the password, or use TLS"));
    }
    let user = table.need("user").map_err(|e| e.hint("the user the server knows, often the sender's address"))?;
    let node = match given.as_slice() {
        [one] => one,
        [] => {
            let which = if auth == Auth::Xoauth2 { "token_command" } else { "password_env, password_file or password_command" };
            return Err(table.error(format!("[mail] does not say where the secret of `user` is: give {which}")));
        }
        [_, second, ..] => return Err(second.key_error(format!("`{}` is one too many: there is one secret", second.key))),
    };
    if (auth == Auth::Xoauth2) != (node.key == "token_command") {
        return Err(node
            .key_error(format!("`{}` does not go with this `auth`", node.key))
            .hint("xoauth2 takes `token_command`, plain and login a password"));
    }
    Ok(Some(Login { auth, user: user.text()?.to_owned(), secret: secret(node, dir)? }))
}

fn none_given(table: &Table<'_>, given: &[Node<'_>]) -> Result<Option<Login>> {
    match table.get("user").iter().chain(given).next() {
        Some(node) => Err(node.key_error(format!("`{}` is given although `auth` is \"none\"", node.key))),
        None => Ok(None),
    }
}

fn secret(node: &Node<'_>, dir: &Path) -> Result<Source> {
    match node.key {
        "password_env" => Ok(Source::Env(node.text()?.to_owned())),
        "password_file" => Ok(Source::File(dir.join(node.text()?))),
        _ if node.is_list() => Ok(Source::Command(node.texts()?)),
        _ => Err(node
            .error(format!("`{}` must be a list: the program and its arguments", node.key))
            .hint("no shell reads it: [\"pass\", \"show\", \"smtp/desk\"]")),
    }
}

fn mailbox(node: &Node<'_>) -> Result<Mailbox> {
    node.text()?.parse().map_err(|e: crate::error::Error| node.error(e.what).hint("write \"Service Desk <desk@example.com>\""))
}

fn addresses(node: &Node<'_>) -> Result<Vec<Address>> {
    node.texts()?;
    node.items().iter().map(|n| n.text()?.parse().map_err(|e: crate::error::Error| n.error(e.what))).collect()
}

fn named(table: &Table<'_>, key: &str) -> Result<BTreeMap<String, Vec<Address>>> {
    let Some(node) = table.get(key) else { return Ok(BTreeMap::new()) };
    let nodes = node.open_table(format!("[mail.{key}]"))?.nodes();
    nodes.iter().map(|n| Ok((n.key.to_owned(), addresses(n)?))).collect()
}

fn domains(node: &Node<'_>) -> Result<Vec<String>> {
    node.texts()?;
    let read = |n: &Node<'_>| {
        let text = n.text()?;
        let (stars, bare) = text.trim().strip_prefix("*.").map_or(("", text), |bare| ("*.", bare));
        let ascii =
            domain(bare).ok_or_else(|| n.error(format!("`{text}` is no domain")).hint("write what stands after the @: \"example.com\""))?;
        Ok(format!("{stars}{ascii}"))
    };
    node.items().iter().map(read).collect()
}

fn subject(node: &Node<'_>) -> Result<String> {
    let text = node.text()?;
    let allowed = || format!("allowed: {}", PLACEHOLDERS.iter().map(|p| format!("{{{p}}}")).collect::<Vec<_>>().join(", "));
    for part in text.split('{').skip(1) {
        let name = part.split_once('}').map(|(name, _)| name);
        if !name.is_some_and(|n| PLACEHOLDERS.contains(&n)) {
            return Err(node.error(format!("`{{{}` is nothing a subject can hold", name.unwrap_or(part))).hint(allowed()));
        }
    }
    Ok(text.to_owned())
}

fn link(node: &Node<'_>) -> Result<String> {
    let text = node.text()?;
    let is_plain = text.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\^`{|}".contains(&b));
    if !is_plain || !(text.starts_with("https://") || text.starts_with("http://")) {
        return Err(node.error(format!("`{text}` is no address of a page")).hint("write \"https://intranet.example.com/scorecards\""));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

fn attach(node: &Node<'_>) -> Result<Vec<Attach>> {
    let mut found: Vec<Attach> = Vec::new();
    for item in node.items() {
        let what = if item.choice(ATTACH)? == "pdf" { Attach::Pdf } else { Attach::Xlsx };
        if found.contains(&what) {
            return Err(item.error("the same file twice"));
        }
        found.push(what);
    }
    Ok(found)
}

fn retries(node: &Node<'_>) -> Result<u32> {
    let count = u32::try_from(node.integer()?).ok().filter(|n| *n <= MOST_RETRIES);
    count.ok_or_else(|| node.error(format!("`retries` must be a number from 0 to {MOST_RETRIES}")))
}

#[cfg(test)]
mod tests;
