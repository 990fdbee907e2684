//! Mail against a real server: TLS, logins, answers of every kind, messages read back by Python, and runs killed at every call.
//!
//! Needs a Python with `aiosmtpd` and `cryptography`, named by `DESKCARD_TEST_PYTHON` or found as `python3`; skipped without.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use deskcard::mail::outbox::Again;
use deskcard::mail::secret::Source;
use deskcard::mail::smtp::{Auth, Login, Server, Tls};
use deskcard::mail::{Attachment, Content, Draft, Image, Key, Mailbox, Outbox, Patience, Put, Sendout, Smtp, State, send};
use deskcard::publish::settle::MachineClock;
use serde_json::Value;

use crate::harness::{deskcard_in, folder};

struct Peer {
    port: u16,
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<Value>,
    folder: tempfile::TempDir,
}

impl Peer {
    /// `None` where the machine has not what it takes.
    fn start(flags: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mail");
        let python = std::env::var("DESKCARD_TEST_PYTHON").unwrap_or_else(|_| "python3".into());
        let has_all = Command::new(&python).args(["-c", "import aiosmtpd, cryptography"]).stderr(Stdio::null()).status();
        if !has_all.is_ok_and(|status| status.success()) {
            eprintln!("skipped: no Python with aiosmtpd and cryptography; name one by DESKCARD_TEST_PYTHON");
            return None;
        }
        let made = Command::new(&python).arg(scripts.join("certificates.py")).arg(folder.path()).status().unwrap();
        assert!(made.success(), "certificates.py");
        let mut command = Command::new(&python);
        command.arg(scripts.join("server.py")).args(["cert.pem", "key.pem"].map(|f| folder.path().join(f))).args(flags);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let (stdin, stdout) = (child.stdin.take(), child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        let first: Value = lines.recv_timeout(Duration::from_secs(20)).expect("the server says its port");
        Some(Self { port: first["port"].as_u64().unwrap() as u16, child, stdin, lines, folder })
    }

    fn server(&self, tls: Tls) -> Server {
        let password = self.folder.path().join("password");
        std::fs::write(&password, "correct horse\n").unwrap();
        private(&password);
        Server {
            host: "127.0.0.1".into(),
            port: self.port,
            tls,
            ca_file: Some(self.folder.path().join("ca.pem")),
            login: Some(Login { auth: Auth::Plain, user: "desk".into(), secret: Source::File(password) }),
            timeout: Duration::from_secs(10),
            hello: "example.com".into(),
        }
    }

    /// What it got so far.
    fn received(&self) -> Vec<Value> {
        // A message is printed before it is answered, so it is on its way.
        std::thread::sleep(Duration::from_millis(150));
        self.lines.try_iter().collect()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        drop(self.stdin.take());
        let _ = self.child.kill().and_then(|()| self.child.wait().map(drop));
    }
}

#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &Path) {}

fn draft(to: &str, name: &str) -> Draft {
    Draft {
        key: Key { desk: "Kundendienst Nord".into(), period: "2026-W46".into(), card: "agent-zoe-123456".into() },
        from: Mailbox::new("Service Desk, IT", "desk@example.com".parse().unwrap()),
        reply_to: Some(Mailbox::new("", "lead@example.com".parse().unwrap())),
        to: Mailbox::new(name, format!("{to}@example.com").parse().unwrap()),
        date: 1_794_805_200,
        content: Content {
            subject: "Zoë · Week 46 · 9–15 November 2026: 5 of 7 targets met; to work on: Contacts logged, Customer satisfaction".into(),
            text: "Answered within SLA: 96 % ≥ 92 %\n.\n..two\nFrom here\n".into(),
            html: "<html><body><p>96&#160;% ≥ 92 %</p><img src=\"cid:spark-1@deskcard\" alt=\"up\" width=\"1\" height=\"1\"></body></html>"
                .into(),
            images: vec![Image { cid: "spark-1@deskcard".into(), name: "spark-1.png".into(), png: (0..=255).collect() }],
        },
        attachments: vec![Attachment { name: "card.pdf".into(), media_type: "application/pdf".into(), bytes: (0..=255).rev().collect() }],
    }
}

fn patience() -> Patience {
    Patience {
        retries: 1,
        wait: Duration::from_secs(1),
        give_up_after: Duration::from_hours(24),
        retry_unknown: false,
        domains: vec!["example.com".into()],
    }
}

const NOW: i64 = 4_000_000_000;

fn send_to(peer: &Peer, server: Server, people: &[&str]) -> (tempfile::TempDir, deskcard::error::Result<Sendout>) {
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path()).unwrap();
    for person in people {
        assert_eq!(outbox.put(&draft(person, "Zoë Ångström").seal().unwrap(), Again::No, NOW).unwrap(), Put::Queued);
    }
    assert!(peer.port > 0);
    let sendout = send(&outbox, &mut Smtp::new(server), &MachineClock, &patience());
    drop(outbox);
    (folder, sendout)
}

fn header<'a>(message: &'a Value, name: &str) -> &'a str {
    let all = message["headers"].as_array().unwrap();
    let found: Vec<&str> = all.iter().filter(|h| h[0] == name).map(|h| h[1].as_str().unwrap()).collect();
    assert_eq!(found.len(), 1, "{name}: {found:?}");
    found[0]
}

#[test]
fn a_message_arrives_over_starttls_as_it_was_written() {
    let Some(peer) = Peer::start(&[]) else { return };
    let (_folder, sendout) = send_to(&peer, peer.server(Tls::StartTls), &["zoe"]);
    assert_eq!(sendout.unwrap().count(|s| matches!(s, State::Sent { reply, .. } if reply == "250 2.0.0 queued")), 1);
    let all = peer.received();
    let [message] = all.as_slice() else { panic!("{all:?}") };
    let wanted = draft("zoe", "Zoë Ångström");
    assert_eq!((&message["tls"], &message["user"]), (&Value::Bool(true), &Value::from("desk")));
    assert_eq!((message["defects"].as_array().unwrap().len(), message["header_defects"].as_array().unwrap().len()), (0, 0), "{message}");
    assert_eq!(header(message, "Subject"), wanted.content.subject);
    assert_eq!(header(message, "To"), "Zoë Ångström <zoe@example.com>");
    assert_eq!(header(message, "From"), "\"Service Desk, IT\" <desk@example.com>");
    assert_eq!(header(message, "Message-ID"), wanted.seal().unwrap().message_id);
    assert_eq!(header(message, "Auto-Submitted"), "auto-generated");
    assert_eq!(message["text"].as_str().unwrap().replace("\r\n", "\n").trim_end(), wanted.content.text.trim_end());
    assert_eq!(message["html"].as_str().unwrap().trim_end(), wanted.content.html);
    let parts = message["parts"].as_array().unwrap();
    let types: Vec<&str> = parts.iter().map(|p| p["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        ["multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png", "application/pdf"]
    );
    assert_eq!((parts[5]["cid"].as_str(), parts[5]["disposition"].as_str()), (Some("<spark-1@deskcard>"), Some("inline")));
    assert_eq!((parts[5]["bytes"].as_u64(), parts[6]["bytes"].as_u64()), (Some(256), Some(256)));
    assert_eq!((parts[6]["name"].as_str(), parts[6]["disposition"].as_str()), (Some("card.pdf"), Some("attachment")));
}

#[test]
fn names_and_subjects_from_exports_add_no_header() {
    let Some(peer) = Peer::start(&["--plain"]) else { return };
    let server = Server { login: None, ..peer.server(Tls::None) };
    let folder = tempfile::tempdir().unwrap();
    let outbox = Outbox::open(folder.path()).unwrap();
    let hostile = [
        "A\r\nBcc: eve@example.com",
        "=?utf-8?q?A=0D=0ABcc:_eve@example.com?=",
        "a@b, c@d <e@f>",
        "\"><script>",
        "日本語 العربية \u{202e}",
        "\0\u{7f}",
        "",
        "x, y; z:",
        "Very long name that goes on and on and on and on and on and on and on and on and on and on and on and on and on and on and on and on",
        "ÄÖÜßäöüßÄÖÜßäöüßÄÖÜßäöüßÄÖÜßäöüßÄÖÜßäöüßÄÖÜßäöüßÄÖÜßäöüßÄÖÜßäöüßÄÖÜßäöüßÄÖÜßäöüß",
        "(comment) name",
        "back\\slash \"quote\"",
        "👩‍💻🇩🇪",
    ];
    for (i, text) in hostile.iter().enumerate() {
        let mut draft = draft(&format!("p{i}"), text);
        draft.content.subject = format!("{text} · {text}");
        draft.key.desk = (*text).to_owned();
        outbox.put(&draft.seal().unwrap(), Again::No, NOW).unwrap();
    }
    send(&outbox, &mut Smtp::new(server), &MachineClock, &patience()).unwrap();
    let all = peer.received();
    assert_eq!(all.len(), hostile.len());
    for message in &all {
        let to = message["to"][0].as_str().unwrap();
        let i: usize = to[1..to.find('@').unwrap()].parse().unwrap();
        assert_eq!(message["headers"].as_array().unwrap().len(), 14, "{message}");
        assert!(message["defects"].as_array().unwrap().is_empty() && message["header_defects"].as_array().unwrap().is_empty(), "{message}");
        let clean = deskcard::format::clean(&format!("{0} · {0}", hostile[i])).replace("=?", "= ?");
        let words: Vec<&str> = clean.split_whitespace().collect();
        assert_eq!(header(message, "Subject"), deskcard::format::label(&words.join(" "), 200), "{message}");
        assert!(header(message, "To").contains(to) && message["to"].as_array().unwrap().len() == 1);
    }
}

#[test]
fn every_login_works_over_tls_from_the_first_byte() {
    let Some(peer) = Peer::start(&["--implicit"]) else { return };
    let token = Source::Command(["sh", "-c", "echo token-42"].map(str::to_owned).to_vec());
    let password = peer.server(Tls::Implicit).login.unwrap().secret;
    for (auth, secret) in [(Auth::Plain, password.clone()), (Auth::Login, password), (Auth::Xoauth2, token)] {
        let server = Server { login: Some(Login { auth, user: "desk".into(), secret }), ..peer.server(Tls::Implicit) };
        let (_folder, sendout) = send_to(&peer, server, &["zoe"]);
        let sendout = sendout.unwrap();
        assert_eq!(sendout.count(|s| matches!(s, State::Sent { .. })), 1, "{auth:?}: {sendout:?}");
        assert_eq!(peer.received()[0]["user"], "desk", "{auth:?}");
    }
}

#[test]
fn what_is_wrong_with_the_connection_is_told_and_everything_stays_queued() {
    let Some(peer) = Peer::start(&[]) else { return };
    let wrong = peer.folder.path().join("wrong");
    std::fs::write(&wrong, "hunter2\n").unwrap();
    private(&wrong);
    let good = peer.server(Tls::StartTls);
    let login = Some(Login { secret: Source::File(wrong), ..good.login.clone().unwrap() });
    let cases = [
        (Server { login, ..good.clone() }, "does not take this user and password"),
        (Server { ca_file: None, ..good.clone() }, "no safe connection"),
        (Server { ca_file: Some("/no/such.pem".into()), ..good.clone() }, "cannot read the certificates"),
    ];
    for (server, what) in cases {
        let (folder, sendout) = send_to(&peer, server, &["zoe"]);
        let told = sendout.expect_err(what).to_string();
        assert!(told.contains(what) && !told.contains("hunter2"), "{told}");
        assert_eq!(Outbox::open(folder.path()).unwrap().entries().unwrap()[0].state, State::Queued);
    }
    assert!(peer.received().is_empty());
    let Some(clear) = Peer::start(&["--plain"]) else { return };
    let (_folder, sendout) = send_to(&clear, clear.server(Tls::StartTls), &["zoe"]);
    assert!(sendout.unwrap_err().to_string().contains("STARTTLS"));
}

#[test]
fn the_doctor_knocks_at_the_server_and_sends_nothing() {
    let Some(peer) = Peer::start(&[]) else { return };
    let server = peer.server(Tls::StartTls);
    let (ca, password) = (peer.folder.path().join("ca.pem"), peer.folder.path().join("password"));
    let knock = |host: &str| {
        let config = format!(
            "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[mail]\nhost = \"{host}\"\nport = {}\nca_file = {ca:?}\nuser = \"desk\"\npassword_file = {password:?}\n\
             from = \"desk@example.com\"\ndomains = [\"example.com\"]\nto_agents = true\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n",
            server.port
        );
        let dir = folder(&config, &[("t.csv", "id,created_at\n1,2026-03-02 08:00\n")]);
        let found = deskcard_in(dir.path(), &["doctor", "--connect", "--format", "json"]).json();
        let all = found["findings"].as_array().or(found.as_array()).cloned().unwrap_or_default();
        let of = all.into_iter().find(|f| f["what"] == "mail server").unwrap_or_else(|| panic!("{found}"));
        (of["state"].as_str().unwrap().to_owned(), of["text"].as_str().unwrap().to_owned())
    };
    let (state, text) = knock("127.0.0.1");
    assert!(state == "ok" && text.contains("takes the login"), "{text}");
    std::fs::write(&password, "hunter2\n").unwrap();
    let (state, text) = knock("127.0.0.1");
    assert!(state == "bad" && text.contains("does not take this user") && !text.contains("hunter2"), "{text}");
    assert!(peer.received().is_empty());
}

#[test]
fn every_answer_has_its_consequence_and_a_second_run_sends_nothing() {
    let Some(peer) = Peer::start(&[]) else { return };
    let people = ["later-a", "refused-b", "spam-c", "full-d", "lost-e", "once-f", "zoe"];
    let (folder, sendout) = send_to(&peer, peer.server(Tls::StartTls), &people);
    let sendout = sendout.unwrap();
    let state = |who: &str| &sendout.entries.iter().find(|e| e.to.local() == who).unwrap().state;
    assert!(matches!(state("later-a"), State::Retry { reason, .. } if reason.contains("451")), "{:?}", state("later-a"));
    assert!(matches!(state("full-d"), State::Retry { reason, .. } if reason.contains("452")), "{:?}", state("full-d"));
    assert!(matches!(state("refused-b"), State::Failed { reason, .. } if reason.contains("550")), "{:?}", state("refused-b"));
    assert!(matches!(state("spam-c"), State::Failed { reason, .. } if reason.contains("554")), "{:?}", state("spam-c"));
    assert!(matches!(state("lost-e"), State::Unknown { .. }), "{:?}", state("lost-e"));
    assert!(matches!(state("once-f"), State::Sent { .. }) && matches!(state("zoe"), State::Sent { .. }));
    assert_eq!(peer.received().len(), 3);
    let outbox = Outbox::open(folder.path()).unwrap();
    send(&outbox, &mut Smtp::new(peer.server(Tls::StartTls)), &MachineClock, &Patience { retries: 0, ..patience() }).unwrap();
    assert!(peer.received().is_empty());
    let asked = Patience { retry_unknown: true, retries: 0, ..patience() };
    let again = send(&outbox, &mut Smtp::new(peer.server(Tls::StartTls)), &MachineClock, &asked).unwrap();
    let all = peer.received();
    assert_eq!((again.repeated, all.len()), (1, 1));
    assert_eq!(header(&all[0], "Message-ID"), again.entries.iter().find(|e| e.to.local() == "lost-e").unwrap().message_id);
}

const OUTBOX: &str = "DESKCARD_TEST_OUTBOX";
const PORT: &str = "DESKCARD_TEST_PORT";

#[test]
#[ignore = "is started by a_run_killed_at_any_call_repeats_a_message_once_at_most"]
fn the_sending_run() {
    let (Some(folder), Ok(port)) = (std::env::var_os(OUTBOX), std::env::var(PORT)) else { return eprintln!("skipped: started by hand") };
    let outbox = Outbox::open(Path::new(&folder)).unwrap();
    for person in ["ann", "ben"] {
        outbox.put(&draft(person, person).seal().unwrap(), Again::No, NOW).unwrap();
    }
    let server = Server {
        host: "127.0.0.1".into(),
        port: port.parse().unwrap(),
        tls: Tls::None,
        ca_file: None,
        login: None,
        timeout: Duration::from_secs(10),
        hello: "example.com".into(),
    };
    send(&outbox, &mut Smtp::new(server), &MachineClock, &patience()).unwrap();
}

fn sending_run(peer: &Peer, folder: &Path, kill: Option<(&str, u32)>) -> bool {
    let exe: PathBuf = std::env::current_exe().unwrap();
    let test = module_path!().split_once("::").map_or("the_sending_run".to_owned(), |(_, module)| format!("{module}::the_sending_run"));
    let mut command = match kill {
        None => Command::new(&exe),
        Some((call, when)) => {
            let mut strace = Command::new("strace");
            strace.args([
                "-f",
                "-qq",
                "-o",
                "/dev/null",
                "-e",
                &format!("trace={call}"),
                "-e",
                &format!("inject={call}:signal=KILL:when={when}"),
            ]);
            strace.arg(&exe);
            strace
        }
    };
    command.args(["--exact", &test, "--ignored", "--test-threads=1"]).env(OUTBOX, folder).env(PORT, peer.port.to_string());
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn a_run_killed_at_any_call_repeats_a_message_once_at_most() {
    let Some(peer) = Peer::start(&["--plain"]) else { return };
    if !Command::new("strace").arg("-V").stdout(Stdio::null()).status().is_ok_and(|s| s.success()) {
        return eprintln!("skipped: no strace");
    }
    let (mut points, mut repeats) = (0, 0);
    for call in ["rename", "fsync", "unlink", "sendto", "recvfrom", "write"] {
        // `when` counts the calls of the run; beyond the last one it is not killed.
        for when in 1.. {
            let folder = tempfile::tempdir().unwrap();
            let is_whole = sending_run(&peer, folder.path(), Some((call, when)));
            assert!(sending_run(&peer, folder.path(), None) || is_whole, "{call} {when}: the next run fails");
            let mut got: Vec<(String, String)> =
                peer.received().iter().map(|m| (m["to"][0].as_str().unwrap().to_owned(), header(m, "Message-ID").to_owned())).collect();
            points += 1;
            repeats += got.len() - 2;
            got.sort();
            got.dedup();
            assert_eq!(got.len(), 2, "{call} {when}: {got:?}");
            let states: Vec<State> = Outbox::open(folder.path()).unwrap().entries().unwrap().into_iter().map(|e| e.state).collect();
            assert!(states.len() == 2 && states.iter().all(|s| matches!(s, State::Sent { .. })), "{call} {when}: {states:?}");
            assert!(!is_whole || when > 1 || call == "write", "{call} is never called");
            if is_whole {
                break;
            }
            assert!(when < 200, "{call} goes on");
        }
    }
    eprintln!("{points} points, {repeats} repeats");
    assert!(points > 20 && repeats <= points);
}
