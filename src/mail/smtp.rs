//! SMTP: one connection, many messages, and for each an answer that says what is known.
//!
//! Without TLS only to this machine. Nothing a server says reaches a header, and no secret reaches an error.

use std::path::PathBuf;
use std::time::Duration;

use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{Certificate, CertificateStore, SmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::Response;

use super::address::Address;
use super::secret;
use crate::error::{Error, Result};
use crate::format;

/// Characters of a server's words that are kept.
const LONGEST_REPLY: usize = 300;
/// Bytes given to the connection at a time.
const CHUNK: usize = 1 << 16;

/// How the connection is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte, usually on port 465.
    Implicit,
    /// In the clear until `STARTTLS`, which the server must offer; usually on port 587.
    StartTls,
    /// None: for a relay on this machine only.
    None,
}

impl Tls {
    /// The usual port.
    pub fn port(self) -> u16 {
        match self {
            Tls::Implicit => 465,
            Tls::StartTls => 587,
            Tls::None => 25,
        }
    }
}

/// How to say who we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `PLAIN`, a user and a password.
    Plain,
    /// `LOGIN`, the same in an older form.
    Login,
    /// `XOAUTH2`, a user and a token that a command gets.
    Xoauth2,
}

/// A user with what proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Login {
    /// How.
    pub auth: Auth,
    /// The user.
    pub user: String,
    /// Where the password or token is; read when the connection is made.
    pub secret: secret::Source,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its name, as in its certificate.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept private.
    pub tls: Tls,
    /// Certificates (PEM) to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Who we are; `None` for a server that does not ask.
    pub login: Option<Login>,
    /// The longest wait for any answer.
    pub timeout: Duration,
    /// What we call ourselves in `EHLO`: the sender's domain.
    pub hello: String,
}

/// What is known about a message that was given to a server. The texts are the server's, made fit to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server has it.
    Sent(String),
    /// It does not, for a reason that may pass.
    Later(String),
    /// It never will.
    Refused(String),
    /// It was given all of it and did not answer.
    Unknown(String),
}

/// Something that takes messages.
pub trait Courier {
    /// Gives one message, from and to these addresses. `mark` is called when the server is ready for it, before it gets any of it.
    ///
    /// # Errors
    /// That of `mark`, or one that no other message would get past either; the server does not have the message then.
    fn deliver(&mut self, envelope: (&Address, &Address), bytes: &[u8], mark: &mut dyn FnMut() -> Result<()>) -> Result<Outcome>;
}

/// A server, connected when the first message is sent.
pub struct Smtp {
    server: Server,
    connection: Option<SmtpConnection>,
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Smtp").field("server", &self.server).field("is_connected", &self.connection.is_some()).finish()
    }
}

/// Why there is no connection.
enum NoConnection {
    /// Something that may pass.
    Later(String),
    /// Something to be put right first.
    Never(Error),
}

impl Smtp {
    /// Opens no connection yet.
    pub fn new(server: Server) -> Self {
        Self { server, connection: None }
    }

    /// Connects and says who we are, and no more: for a check of the config.
    ///
    /// # Errors
    /// Why it does not work, with what to try.
    pub fn check(&mut self) -> Result<()> {
        match self.connect() {
            Ok(connection) => {
                self.connection = Some(connection);
                Ok(())
            }
            Err(NoConnection::Later(why)) => Err(Error::output(why).at(self.place()).hint("see whether the mail server is running")),
            Err(NoConnection::Never(error)) => Err(error),
        }
    }

    fn place(&self) -> String {
        format!("{}:{}", self.server.host, self.server.port)
    }

    fn connect(&self) -> Result<SmtpConnection, NoConnection> {
        let server = &self.server;
        let tls = if server.tls == Tls::None { None } else { Some(self.tls().map_err(NoConnection::Never)?) };
        let hello = ClientId::Domain(server.hello.clone());
        let at_once = tls.as_ref().filter(|_| server.tls == Tls::Implicit);
        let mut connection = SmtpConnection::connect((server.host.as_str(), server.port), Some(server.timeout), &hello, at_once, None)
            .map_err(|e| self.unconnected(&e))?;
        if let Some(tls) = tls.as_ref().filter(|_| server.tls == Tls::StartTls) {
            connection.starttls(tls, &hello).map_err(|e| self.unconnected(&e))?;
        }
        if let Some(login) = &server.login {
            self.authenticate(&mut connection, login)?;
        }
        Ok(connection)
    }

    fn authenticate(&self, connection: &mut SmtpConnection, login: &Login) -> Result<(), NoConnection> {
        let secret = login.secret.read().map_err(NoConnection::Never)?;
        let mechanism = match login.auth {
            Auth::Plain => Mechanism::Plain,
            Auth::Login => Mechanism::Login,
            Auth::Xoauth2 => Mechanism::Xoauth2,
        };
        if !connection.server_info().supports_auth_mechanism(mechanism) {
            return Err(NoConnection::Never(
                Error::config(format!("the mail server does not offer {mechanism}"))
                    .at(self.place())
                    .hint("choose another `auth` of [mail], or ask who runs the server"),
            ));
        }
        let credentials = Credentials::new(login.user.clone(), secret.reveal().to_owned());
        connection.auth(&[mechanism], &credentials).map(drop).map_err(|e| {
            // A server that does not take a token asks again before it says so; there is no answer to that.
            if e.is_permanent() || e.is_client() {
                let said = if e.is_client() { String::new() } else { format!(": {}", words(&e)) };
                return NoConnection::Never(
                    Error::config(format!("the mail server does not take this user and password or token{said}"))
                        .at(self.place())
                        .hint("check `user`, `auth` and the password or token of [mail]"),
                );
            }
            NoConnection::Later(format!("{}: {}", self.place(), words(&e)))
        })
    }

    fn tls(&self) -> Result<TlsParameters> {
        let mut builder = TlsParameters::builder(self.server.host.clone());
        if let Some(path) = &self.server.ca_file {
            let failed = |what: String| Error::config(what).at(path.display().to_string());
            let pem = std::fs::read(path).map_err(|e| failed(format!("cannot read the certificates: {e}")))?;
            let certificate = Certificate::from_pem(&pem).map_err(|e| failed(format!("this holds no certificates in PEM form: {e}")))?;
            builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
        }
        builder.build().map_err(|e| Error::config(format!("TLS cannot be set up: {e}")).at(self.place()))
    }

    /// A certificate that is not trusted, or a server without STARTTLS, will not be another one in a minute.
    fn unconnected(&self, e: &lettre::transport::smtp::Error) -> NoConnection {
        let told = words(e);
        if e.is_client() || is_certificate(e) {
            let hint = if e.is_client() {
                "use a port with TLS: 587 with `tls = \"starttls\"`, 465 with `tls = \"implicit\"`"
            } else {
                "the certificate must be for this `host` and signed by someone trusted here: name your own authority by `ca_file` of [mail]"
            };
            return NoConnection::Never(
                Error::config(format!("no safe connection to the mail server: {told}")).at(self.place()).hint(hint),
            );
        }
        if e.is_permanent() {
            return NoConnection::Never(Error::output(format!("the mail server refuses us: {told}")).at(self.place()));
        }
        NoConnection::Later(format!("{}: {told}", self.place()))
    }
}

impl Courier for Smtp {
    fn deliver(&mut self, envelope: (&Address, &Address), bytes: &[u8], mark: &mut dyn FnMut() -> Result<()>) -> Result<Outcome> {
        let mut connection = match self.ready() {
            Ok(connection) => connection,
            Err(NoConnection::Later(why)) => return Ok(Outcome::Later(why)),
            Err(NoConnection::Never(error)) => return Err(error),
        };
        if let Err(e) = offer(&mut connection, envelope)? {
            let Some(outcome) = answered(&e) else { return Ok(Outcome::Later(words(&e))) };
            self.connection = Some(connection);
            return Ok(outcome);
        }
        // A server that is left before the final dot throws the message away.
        mark()?;
        let (outcome, is_alive) = hand_over(&mut connection, bytes);
        self.connection = is_alive.then_some(connection);
        Ok(outcome)
    }
}

impl Smtp {
    /// The connection of the last message, if the server still answers, else a new one.
    fn ready(&mut self) -> Result<SmtpConnection, NoConnection> {
        if let Some(mut connection) = self.connection.take()
            && connection.command(Rset).is_ok()
        {
            return Ok(connection);
        }
        self.connect()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // Politeness; the messages are safe.
            let _ = connection.quit();
        }
    }
}

/// Sender, recipient and `DATA`: whether the server will take the message.
fn offer(connection: &mut SmtpConnection, (from, to): (&Address, &Address)) -> Result<Result<(), lettre::transport::smtp::Error>> {
    let parse = |a: &Address| a.as_str().parse::<lettre::Address>().map_err(|e| Error::bug(format!("{:?} is no address: {e}", a.as_str())));
    let (from, to) = (parse(from)?, parse(to)?);
    let mut asked = || {
        connection.command(Mail::new(Some(from.clone()), Vec::new()))?;
        connection.command(Rcpt::new(to.clone(), Vec::new()))?;
        connection.command(Data)
    };
    Ok(asked().map(drop))
}

/// The message and its final dot, and whether the connection is still good. One that is lost before the dot left no message behind.
fn hand_over(connection: &mut SmtpConnection, bytes: &[u8]) -> (Outcome, bool) {
    let mut chunks = bytes.chunks(CHUNK);
    let mut is_all_written = false;
    let parts = std::iter::from_fn(|| {
        let next = chunks.next();
        is_all_written = next.is_none();
        next
    });
    match connection.message_iter(parts) {
        Ok(reply) => (Outcome::Sent(reply_words(&reply)), true),
        Err(e) => match answered(&e) {
            Some(outcome) => (outcome, true),
            None if is_all_written => {
                (Outcome::Unknown(format!("the server was given all of it and did not answer: {}", words(&e))), false)
            }
            None => (Outcome::Later(words(&e)), false),
        },
    }
}

/// What the server said no with; `None` if it said nothing.
fn answered(e: &lettre::transport::smtp::Error) -> Option<Outcome> {
    if e.is_transient() {
        Some(Outcome::Later(words(e)))
    } else if e.is_permanent() {
        Some(Outcome::Refused(words(e)))
    } else {
        None
    }
}

fn is_certificate(e: &lettre::transport::smtp::Error) -> bool {
    let told = words(e).to_lowercase();
    e.is_tls() || told.contains("certificate")
}

fn reply_words(reply: &Response) -> String {
    let said: Vec<&str> = reply.message().collect();
    format::label(&format!("{} {}", reply.code(), said.join(" ")), LONGEST_REPLY)
}

/// An error with its causes.
fn words(e: &lettre::transport::smtp::Error) -> String {
    if is_timeout(e) { "it did not answer in time".to_owned() } else { format::label(&e.to_string(), LONGEST_REPLY) }
}

/// A socket's own time-out is `WouldBlock` on Unix, `TimedOut` elsewhere.
fn is_timeout(e: &lettre::transport::smtp::Error) -> bool {
    let mut cause = std::error::Error::source(e);
    while let Some(found) = cause {
        if let Some(io) = found.downcast_ref::<std::io::Error>() {
            return matches!(io.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
        }
        cause = found.source();
    }
    false
}

#[cfg(test)]
mod tests;
