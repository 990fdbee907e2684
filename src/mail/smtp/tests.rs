use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread::JoinHandle;

use super::*;

/// A server on this machine that answers each line with the next reply; an empty one hangs up.
struct Script {
    port: u16,
    said: JoinHandle<Vec<String>>,
}

fn script(replies: &'static [&'static str]) -> Script {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let said = std::thread::spawn(move || talk(listener.accept().unwrap().0, replies));
    Script { port, said }
}

fn talk(stream: TcpStream, replies: &[&str]) -> Vec<String> {
    let mut out = stream.try_clone().unwrap();
    let mut lines = BufReader::new(stream);
    let mut said = Vec::new();
    for reply in replies {
        if reply.is_empty() {
            return said;
        }
        out.write_all(format!("{reply}\r\n").as_bytes()).unwrap();
        let is_data = reply.starts_with("354");
        let mut command = String::new();
        loop {
            let mut line = String::new();
            if lines.read_line(&mut line).unwrap_or(0) == 0 {
                return said;
            }
            command.push_str(&line);
            if !is_data || line == ".\r\n" {
                break;
            }
        }
        said.push(command);
    }
    said
}

fn smtp(port: u16) -> Smtp {
    Smtp::new(Server {
        host: "127.0.0.1".into(),
        port,
        tls: Tls::None,
        ca_file: None,
        login: None,
        timeout: Duration::from_secs(5),
        hello: "example.com".into(),
    })
}

fn deliver(smtp: &mut Smtp, body: &[u8]) -> (Result<Outcome>, u32) {
    let (from, to): (Address, Address) = ("desk@example.com".parse().unwrap(), "ada@example.com".parse().unwrap());
    let mut marks = 0;
    let outcome = smtp.deliver((&from, &to), body, &mut || {
        marks += 1;
        Ok(())
    });
    (outcome, marks)
}

const HELLO: &str = "250 hello";
const OK: &str = "250 ok";

#[test]
fn a_message_is_given_with_its_dots_doubled_and_marked_before() {
    let server = script(&["220 hi", HELLO, OK, OK, "354 go", "250 2.0.0 queued as 42"]);
    let mut smtp = smtp(server.port);
    let (outcome, marks) = deliver(&mut smtp, b"Subject: x\r\n\r\n.\r\nend\r\n");
    assert_eq!((outcome.unwrap(), marks), (Outcome::Sent("250 2.0.0 queued as 42".into()), 1));
    drop(smtp);
    let said = server.said.join().unwrap();
    assert_eq!(said[..4], ["EHLO example.com\r\n", "MAIL FROM:<desk@example.com>\r\n", "RCPT TO:<ada@example.com>\r\n", "DATA\r\n"]);
    assert!(said[4].starts_with("Subject: x\r\n\r\n..\r\nend\r\n") && said[4].ends_with("\r\n.\r\n"), "{:?}", said[4]);
}

#[test]
fn what_the_server_says_no_with_decides_what_becomes_of_it() {
    let cases: [(&'static [&'static str], Outcome, u32); 5] = [
        (&["220 hi", HELLO, OK, "451 4.7.1 greylisted"], Outcome::Later("451".into()), 0),
        (&["220 hi", HELLO, OK, "550 5.1.1 no such user"], Outcome::Refused("550".into()), 0),
        (&["220 hi", HELLO, OK, OK, "354 go", "452 4.3.1 full"], Outcome::Later("452".into()), 1),
        (&["220 hi", HELLO, OK, OK, "354 go", "554 5.7.1 spam"], Outcome::Refused("554".into()), 1),
        (&["220 hi", HELLO, "421 4.3.2 shutting down"], Outcome::Later("421".into()), 0),
    ];
    for (replies, wanted, marked) in cases {
        let server = script(replies);
        let (outcome, marks) = deliver(&mut smtp(server.port), b"x\r\n");
        match (outcome.unwrap(), &wanted) {
            (Outcome::Later(got), Outcome::Later(code)) | (Outcome::Refused(got), Outcome::Refused(code)) => {
                assert!(got.contains(code.as_str()), "{got}");
            }
            (got, _) => panic!("{got:?} ≠ {wanted:?}"),
        }
        assert_eq!(marks, marked);
        server.said.join().unwrap();
    }
}

#[test]
fn a_connection_lost_before_the_final_dot_is_tried_again_and_one_lost_after_it_is_unknown() {
    let server = script(&["220 hi", HELLO, OK, ""]);
    assert!(matches!(deliver(&mut smtp(server.port), b"x\r\n"), (Ok(Outcome::Later(_)), 0)));
    let server = script(&["220 hi", HELLO, OK, OK, "354 go", ""]);
    assert!(matches!(deliver(&mut smtp(server.port), b"x\r\n"), (Ok(Outcome::Unknown(_)), 1)));
}

#[test]
fn a_server_that_stops_reading_in_the_middle_has_not_got_it() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut lines = BufReader::new(stream.try_clone().unwrap());
        stream.write_all(b"220 hi\r\n").unwrap();
        for reply in ["250 hello", "250 ok", "250 ok", "354 go"] {
            lines.read_line(&mut String::new()).unwrap();
            stream.write_all(format!("{reply}\r\n").as_bytes()).unwrap();
        }
        // What is left unread makes the kernel reset the connection.
        lines.read_exact(&mut [0; 1000]).unwrap();
    });
    let (outcome, marks) = deliver(&mut smtp(port), &b"0123456789abcdef\r\n".repeat(2_000_000));
    assert!(matches!(outcome, Ok(Outcome::Later(_))), "{outcome:?}");
    assert_eq!(marks, 1);
    server.join().unwrap();
}

#[test]
fn one_connection_serves_many_and_a_dead_one_is_replaced() {
    let server = script(&["220 hi", HELLO, OK, OK, "354 go", OK, "250 reset", OK, "550 no", "250 reset", OK, OK, "354 go", OK, ""]);
    let mut smtp = smtp(server.port);
    assert!(matches!(deliver(&mut smtp, b"a\r\n").0, Ok(Outcome::Sent(_))));
    assert!(matches!(deliver(&mut smtp, b"b\r\n").0, Ok(Outcome::Refused(_))));
    assert!(matches!(deliver(&mut smtp, b"c\r\n").0, Ok(Outcome::Sent(_))));
    // The server is gone: the next message finds nobody there, and may be sent later.
    assert!(matches!(deliver(&mut smtp, b"d\r\n").0, Ok(Outcome::Later(_))));
    assert_eq!(server.said.join().unwrap().iter().filter(|line| line.starts_with("RSET")).count(), 3);
}

#[test]
fn a_mark_that_fails_ends_the_connection_before_the_message() {
    let server = script(&["220 hi", HELLO, OK, OK, "354 go", OK]);
    let (from, to): (Address, Address) = ("desk@example.com".parse().unwrap(), "ada@example.com".parse().unwrap());
    let mut smtp = smtp(server.port);
    let told = smtp.deliver((&from, &to), b"secret\r\n", &mut || Err(Error::output("disk full"))).unwrap_err();
    assert_eq!(told.what, "disk full");
    assert_eq!(server.said.join().unwrap().len(), 4, "not a byte of the message");
}

#[test]
fn a_server_without_starttls_or_auth_is_refused_before_the_password_is_read() {
    let server = script(&["220 hi", "250-hello\r\n250 AUTH PLAIN"]);
    let mut smtp = smtp(server.port);
    smtp.server.tls = Tls::StartTls;
    smtp.server.login = Some(Login { auth: Auth::Plain, user: "u".into(), secret: secret::Source::Env("DESKCARD_NO_SUCH".into()) });
    let told = smtp.check().unwrap_err();
    assert!(told.kind.exit_code() == 2 && told.to_string().contains("STARTTLS"), "{told}");
    drop(smtp);
    assert!(!server.said.join().unwrap().iter().any(|line| line.starts_with("AUTH")));
}

#[test]
fn nobody_at_the_port_may_pass() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    assert!(matches!(deliver(&mut smtp(port), b"x\r\n"), (Ok(Outcome::Later(_)), 0)));
    assert_eq!(smtp(port).check().unwrap_err().kind.exit_code(), 4);
}

#[test]
fn a_server_that_says_nothing_is_left_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut smtp = smtp(listener.local_addr().unwrap().port());
    smtp.server.timeout = Duration::from_millis(200);
    assert!(matches!(deliver(&mut smtp, b"x\r\n").0, Ok(Outcome::Later(why)) if why.contains("did not answer in time")));
}

#[test]
fn a_token_that_is_not_taken_is_told_and_not_shown() {
    let asked: &'static [&'static str] = &["220 hi", "250-hello\r\n250 AUTH XOAUTH2", "334 eyJzdGF0dXMiOiI0MDAifQ=="];
    let refused: &'static [&'static str] = &["220 hi", "250-hello\r\n250 AUTH XOAUTH2", "535 5.7.3 no"];
    for replies in [asked, refused] {
        let server = script(replies);
        let mut smtp = smtp(server.port);
        let command = ["echo", "hunter2"].map(str::to_owned).to_vec();
        smtp.server.login = Some(Login { auth: Auth::Xoauth2, user: "u".into(), secret: secret::Source::Command(command) });
        let (outcome, marks) = deliver(&mut smtp, b"x\r\n");
        let told = outcome.unwrap_err();
        assert!(
            told.kind.exit_code() == 2 && told.what.contains("does not take this user") && !told.to_string().contains("hunter2"),
            "{told}"
        );
        assert_eq!(marks, 0);
    }
}

#[test]
fn a_server_that_offers_no_such_login_is_told() {
    let server = script(&["220 hi", "250-hello\r\n250 AUTH LOGIN", "250 bye"]);
    let mut smtp = smtp(server.port);
    smtp.server.login = Some(Login { auth: Auth::Plain, user: "u".into(), secret: secret::Source::Env("PATH".into()) });
    assert!(deliver(&mut smtp, b"x\r\n").0.unwrap_err().what.contains("does not offer PLAIN"));
}
