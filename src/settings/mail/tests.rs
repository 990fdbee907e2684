use super::*;
use crate::settings::Settings;

/// Behind `[mail]`, so that the lines of the table are the first ones.
const DESK: &str = "\n[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n";

fn parse_mail(text: &str, path: &Path) -> Result<Option<Mail>> {
    Settings::parse(&format!("{text}{DESK}"), path).map(|settings| settings.mail)
}

const LEAST: &str = "[mail]\nhost = \"smtp.example.com\"\nfrom = \"Service Desk <desk@example.com>\"\ndomains = [\"example.com\"]\n";

fn parse(more: &str) -> Result<Mail> {
    parse_mail(&format!("{LEAST}{more}"), Path::new("conf/deskcard.toml")).map(|m| m.expect("[mail]"))
}

fn told(more: &str) -> String {
    parse(more).expect_err(more).to_string()
}

#[test]
fn a_config_without_the_table_sends_no_mail() {
    assert_eq!(parse_mail("", Path::new("deskcard.toml")).unwrap(), None);
}

#[test]
fn without_a_word_the_defaults_hold() {
    let mail = parse("to_agents = true").unwrap();
    assert_eq!((mail.server.port, mail.server.tls, mail.server.timeout), (587, Tls::StartTls, Duration::from_mins(1)));
    assert_eq!((mail.server.login, mail.server.ca_file, mail.server.hello.as_str()), (None, None, "example.com"));
    assert_eq!((mail.retries, mail.wait.as_secs(), mail.give_up_after.as_secs()), (3, 30, 259_200));
    assert_eq!((mail.subject.as_str(), mail.link, mail.reply_to), (SUBJECT, None, None));
    assert!(mail.attach.is_empty() && !mail.name_people && !mail.resend_changed);
    assert!(
        mail.to.agents
            && mail.to.leads.is_empty()
            && mail.to.managers.is_empty()
            && mail.to.suppliers.is_empty()
            && mail.to.desk.is_empty()
    );
}

#[test]
fn every_key_arrives() {
    let mail = parse(
        "port = 2465\ntls = \"implicit\"\nca_file = \"ca.pem\"\ntimeout = \"10s\"\nauth = \"login\"\nuser = \"u\"\npassword_file = \"/run/p\"\n\
         reply_to = \"lead@example.com\"\nto_leads = true\nto_managers = true\nto_suppliers = true\nlead_roles = \"Chief\"\n\
         manager_roles = [\"boss\"]\nsupplier_roles = [\"Rep\"]\ndesk = \"a@example.com\"\nsubject = \"{desk}: {verdict} {period_id}\"\n\
         link = \"https://intranet.example.com/cards/\"\nattach = [\"xlsx\"]\nname_people = true\nresend_changed = true\nretries = 0\n\
         wait = \"1m\"\ngive_up_after = \"1d\"\nteams = { \"Desk Nord\" = \"n@example.com\" }\n[mail.suppliers]\nNorvik = [\"x@example.com\", \"y@example.com\"]",
    )
    .unwrap();
    let server = mail.server;
    assert_eq!((server.port, server.tls, server.ca_file), (2465, Tls::Implicit, Some("conf/ca.pem".into())));
    let login = Login { auth: Auth::Login, user: "u".into(), secret: Source::File("/run/p".into()) };
    assert_eq!((server.login, server.timeout.as_secs()), (Some(login), 10));
    assert_eq!((mail.to.leads, mail.to.managers, mail.to.suppliers), (vec!["chief".into()], vec!["boss".into()], vec!["rep".into()]));
    assert_eq!(mail.to.supplier_contacts["Norvik"].len(), 2);
    assert_eq!(mail.to.teams["Desk Nord"][0].as_str(), "n@example.com");
    assert_eq!(mail.link.as_deref(), Some("https://intranet.example.com/cards"));
    assert_eq!(mail.attach, [Attach::Xlsx]);
    assert!(mail.name_people && mail.resend_changed);
    assert_eq!((mail.retries, mail.wait.as_secs(), mail.give_up_after.as_secs()), (0, 60, 86_400));
}

#[test]
fn a_login_is_read_in_its_forms() {
    let login = |more: &str| parse(&format!("to_agents = true\nuser = \"u\"\n{more}")).map(|m| m.server.login.expect("a login"));
    let source = |more: &str| login(more).unwrap().secret;
    assert_eq!(source("password_env = \"P\""), Source::Env("P".into()));
    assert_eq!(source("password_file = \"p\""), Source::File("conf/p".into()));
    assert_eq!(source("password_command = [\"pass\", \"x\"]"), Source::Command(vec!["pass".into(), "x".into()]));
    let token = login("token_command = [\"oauth2\"]").unwrap();
    assert_eq!((token.auth, token.secret), (Auth::Xoauth2, Source::Command(vec!["oauth2".into()])));
}

#[test]
fn domains_and_addresses_are_in_their_ascii_form() {
    let mail = parse_mail(
        "[mail]\nhost = \"h\"\nfrom = \"d@Bücher.example\"\ndomains = [\"*.BÜCHER.example\", \"x.example\"]\nto_agents = true",
        Path::new("deskcard.toml"),
    )
    .unwrap()
    .unwrap();
    assert_eq!(mail.from.address.as_str(), "d@xn--bcher-kva.example");
    assert_eq!(mail.domains, ["*.xn--bcher-kva.example", "x.example"]);
}

#[test]
fn a_relay_of_this_machine_needs_no_tls() {
    for host in ["localhost", "127.0.0.1", "::1"] {
        let text = format!("[mail]\nhost = \"{host}\"\ntls = \"none\"\nfrom = \"d@x.example\"\ndomains = \"x.example\"\nto_agents = true");
        let mail = parse_mail(&text, Path::new("deskcard.toml")).unwrap().unwrap();
        assert_eq!((mail.server.tls, mail.server.port), (Tls::None, 25));
    }
}

#[test]
fn mistakes_are_told_with_their_place() {
    let cases = [
        ("", "1:1: [mail] sends to nobody\n  hint: say who gets cards: `to_agents = true`"),
        ("to_agent = true", "5:1: unknown key `to_agent` in [mail]\n  hint: did you mean `to_agents`"),
        ("to_agents = \"yes\"", "5:13: `to_agents` must be true or false, not a text"),
        ("to_agents = true\nlead_roles = \"chief\"", "6:1: `lead_roles` is given, and `to_leads` is not true"),
        ("to_agents = true\ntls = \"none\"", "6:7: `tls = \"none\"` is only for a relay on this machine"),
        ("to_agents = true\ntls = \"start_tls\"", "6:7: `tls` cannot be `start_tls`\n  hint: did you mean `starttls`?"),
        ("to_agents = true\nport = 70000", "6:8: `port` must be a number from 1 to 65535"),
        ("to_agents = true\nuser = \"u\"", "1:1: [mail] does not say where the secret of `user` is: give password_env"),
        ("to_agents = true\npassword_env = \"P\"", "1:1: [mail] has no `user`"),
        ("to_agents = true\nuser = \"u\"\npassword_env = \"P\"\npassword_file = \"p\"", "8:1: `password_file` is one too many"),
        ("to_agents = true\nuser = \"u\"\nauth = \"xoauth2\"\npassword_env = \"P\"", "8:1: `password_env` does not go with this `auth`"),
        ("to_agents = true\nuser = \"u\"\npassword_command = \"pass x\"", "7:20: `password_command` must be a list: the program"),
        ("to_agents = true\nuser = \"u\"\nauth = \"none\"", "6:1: `user` is given although `auth` is \"none\""),
        ("desk = \"boss\"", "5:8: `boss` is no mail address: it has no @"),
        ("desk = [\"a@example.com\", \"b@other.example\"]", "5:8: mail may not go to `b@other.example`\n  hint: add \"other.example\""),
        ("to_agents = true\nsubject = \"{week}\"", "6:11: `{week` is nothing a subject can hold\n  hint: allowed: {desk}, {card}"),
        ("to_agents = true\nlink = \"javascript:alert(1)\"", "6:8: `javascript:alert(1)` is no address of a page"),
        ("to_agents = true\nlink = \"https://x/\\\"onload=\"", "6:8: `https://x/\"onload=` is no address of a page"),
        ("to_agents = true\nattach = [\"html\"]", "6:11: `attach` cannot be `html`\n  hint: allowed: xlsx"),
        ("to_agents = true\nattach = [\"xlsx\", \"xlsx\"]", "6:19: the same file twice"),
        ("to_agents = true\nretries = 11", "6:11: `retries` must be a number from 0 to 10"),
        ("to_agents = true\nwait = \"1bh\"", "6:8: `wait` is plain time, not business time"),
    ];
    for (more, expected) in cases {
        let error = told(more);
        assert!(error.starts_with(&format!("conf/deskcard.toml:{expected}")), "{error}\n≠ {expected}");
    }
    let from = |line: &str| {
        let text = format!("[mail]\nhost = \"h\"\ndomains = \"x.example\"\nto_agents = true\n{line}");
        parse_mail(&text, Path::new("deskcard.toml")).expect_err(line).to_string()
    };
    assert!(from("").starts_with("deskcard.toml:1:1: [mail] has no `from`"));
    assert!(from("from = \"Desk\"").starts_with("deskcard.toml:5:8: `Desk` is no mail address"));
    assert!(from("from = \"a@x.example\\r\\nBcc: b@x.example\"").contains("is no mail address"));
}

#[test]
fn a_secret_is_in_no_error() {
    assert!(!told("user = \"u\"\npassword_command = \"echo hunter2\"").contains("unter2 "));
    assert!(!format!("{:?}", parse("to_agents = true\nuser = \"u\"\npassword_env = \"P\"").unwrap()).contains("hunter2"));
}
