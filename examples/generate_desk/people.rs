//! Who works at the made-up desk: the roster, its spells and what each agent is truly like.

use crate::csv::line;
use crate::dates::{DAY, date, day_text};
use crate::rng::Rng;

/// The three teams, in the order of [`Agent::team`].
pub(crate) const TEAMS: [&str; 3] = ["Service Desk Berlin", "Service Desk Leeds", "Norvik Outsourcing"];
/// The position of the supplier in [`TEAMS`].
pub(crate) const SUPPLIER: usize = 2;
/// Whose mentees ramp up faster.
const GOOD_MENTOR: &str = "Marta Lindqvist";
/// Who married on a day of the year, and the name before.
const RENAMED: (&str, &str, &str) = ("A105", "Katrin Vogelsang", "2026-05-01");

/// id; name; team; hired; left; reason; business before; months there; mentor.
const SPELLS: &str = "\
A101;Marta Lindqvist;0;2019-04-01;;;;;
A102;Jürgen Groß;0;2020-09-01;;;;;
A103;Sabine Petermann;0;2021-03-15;;;Warehouse operations;64;
A104;Emre Yıldız;0;2022-02-01;;;;;Marta Lindqvist
A105;Katrin Albers;0;2023-05-02;;;;;Jürgen Groß
A106;Nils Brandhorst;0;2024-03-11;;;Accounts payable;41;Jürgen Groß
A107;Paula Nowicka;0;2025-02-17;;;;;Jürgen Groß
A108;Timo Krügel;0;2025-06-02;2026-02-27;voluntary;;;Jürgen Groß
A109;Hanna Weissbach;0;2025-11-10;;;;;Marta Lindqvist
A110;Leon Faberius;0;2026-02-02;;;;;Marta Lindqvist
A111;Mira Sommerfeld;0;2026-04-13;;;;;Marta Lindqvist
A112;Felix Arndtsen;0;2026-03-09;;;;;Jürgen Groß
A113;Ulrike Steinke;0;2019-01-07;;;;;
A201;Owen Tetlow;1;2018-06-04;;;;;
A202;Sinéad O'Brannigan;1;2020-01-13;;;;;
A203;Priya Ramanan;1;2021-10-04;;;;;Owen Tetlow
A204;Callum Frostick;1;2022-08-22;;;Customer billing;52;Owen Tetlow
A205;Grace Adeyinka;1;2023-11-06;;;Store management;77;Priya Ramanan
A206;Tom Whitakker;1;2021-02-01;2024-05-31;voluntary;;;Owen Tetlow
A206;Tom Whitakker;1;2025-01-13;;;;;Priya Ramanan
A207;Ellie Marshe;1;2025-04-07;;;;;Priya Ramanan
A208;Daniel Okafo;1;2024-09-02;2026-06-30;internal_move;;;Owen Tetlow
A209;Ruth Caldwick;1;2025-11-17;;;;;Owen Tetlow
A210;Imran Shaikhli;1;2026-01-12;;;;;Priya Ramanan
A211;Zoe Langleigh;1;2026-05-11;;;;;Owen Tetlow
A212;Ben Ashworthy;1;2026-07-06;;;;;Marta Lindqvist
A213;Martin Pellow-Hill;1;2017-05-08;;;;;
A301;Anik Kumaran;2;2022-05-16;;;;;
A302;Dana Petrescue;2;2023-02-06;;;;;
A303;Viktor Hansell;2;2024-07-01;;;;;
A304;Ilse Bakkering;2;2025-03-03;;;;;
A305;Rui Carvalhal;2;2025-09-15;;;;;Dana Petrescue
A306;Nora Eklundh;2;2026-08-17;;;;;Dana Petrescue
A401;Heike Rosner;0;2023-06-01;2024-11-29;voluntary;;;Jürgen Groß
A402;Pavel Sykorin;2;2023-09-04;2024-10-25;voluntary;;;
A403;Jack Thornby;1;2022-03-07;2025-02-28;internal_move;;;Owen Tetlow
A404;Lena Ostermeier;0;2024-01-15;2025-04-30;voluntary;;;Jürgen Groß
A405;Marek Dudzik;2;2024-04-02;2025-05-30;contract_end;;;
A406;Aisha Birchall;1;2024-11-04;2025-07-31;involuntary;;;Priya Ramanan
A407;Sofia Lindroth;2;2024-02-05;2025-08-29;voluntary;;;
A408;Bernd Hollmann;0;2022-10-04;2025-09-30;voluntary;;;Jürgen Groß
A409;Fiona Garside;1;2021-05-03;2023-11-30;voluntary;;;Owen Tetlow
A410;Gita Varadan;2;2022-09-05;2024-01-12;voluntary;;;
A411;Ralf Kesselring;0;2020-06-02;2024-02-29;internal_move;;;
A413;Anja Dornfeld;0;2021-11-02;2024-06-28;voluntary;;;Marta Lindqvist
A414;Liam Oxtoby;1;2023-04-03;2024-07-31;voluntary;;;Owen Tetlow
A415;Kerry Holroyde;1;2024-02-05;2024-08-30;voluntary;;;Priya Ramanan
A416;Jonas Eriksholm;2;2023-03-06;2024-09-30;contract_end;;;
A417;Uwe Tillner;0;2024-07-01;2024-09-13;involuntary;;;Jürgen Groß
A418;Moira Pickles;1;2019-09-02;2022-12-30;voluntary;;;
A419;Stefan Quandtner;0;2020-02-03;2023-02-28;voluntary;;;
A420;Ines Correira;2;2021-07-05;2023-03-31;voluntary;;;
A421;Gareth Loomis;1;2021-01-11;2023-05-31;voluntary;;;Owen Tetlow
A422;Bogdan Ilieff;2;2022-01-10;2023-06-30;voluntary;;;
A423;Monika Taubert;0;2018-10-01;2023-07-31;internal_move;;;
A424;Yusuf Penhale;1;2022-11-07;2023-09-29;voluntary;;;Owen Tetlow
A425;Dirk Wallner;0;2023-07-10;2023-09-22;involuntary;;;Jürgen Groß";

/// One spell of employment, and what the agent is truly like during it.
pub(crate) struct Agent {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) team: usize,
    pub(crate) hired: i64,
    pub(crate) left: Option<i64>,
    pub(crate) reason: &'static str,
    pub(crate) business: &'static str,
    pub(crate) business_months: &'static str,
    pub(crate) mentor: &'static str,
    /// Added to the chance of a first-contact resolution.
    pub(crate) first_contact: f64,
    /// Added to the chance of a satisfied answer.
    pub(crate) liked: f64,
    /// Added to the chance of logging a call.
    pub(crate) logs: f64,
    /// Multiplies the time spent on a call.
    pub(crate) pace: f64,
}

impl Agent {
    /// The spell a line of the table describes.
    fn parse(row: &'static str, rng: &mut Rng) -> Self {
        let cell: Vec<&'static str> = row.split(';').collect();
        Self {
            id: cell[0],
            name: cell[1],
            team: cell[2].parse().unwrap_or(0),
            hired: date(cell[3]),
            left: (!cell[4].is_empty()).then(|| date(cell[4])),
            reason: cell[5],
            business: cell[6],
            business_months: cell[7],
            mentor: cell[8],
            first_contact: 0.02 * rng.normal(),
            liked: 0.02 * rng.normal(),
            logs: 0.015 * rng.normal(),
            pace: 1.0 + 0.07 * rng.normal(),
        }
    }

    /// Whether the spell covers a day.
    pub(crate) fn employed(&self, day: i64) -> bool {
        self.hired <= day && self.left.is_none_or(|left| day <= left)
    }

    /// Whether the agent is at work on a day: employed and not on leave in that week.
    pub(crate) fn present(&self, day: i64) -> bool {
        let week = (day + 3).div_euclid(7) as u64;
        self.employed(day) && !Rng::new(week * 1000 + self.number()).below(9).eq(&0)
    }

    /// The number in the agent's id.
    pub(crate) fn number(&self) -> u64 {
        self.id[1..].parse().unwrap_or(0)
    }

    /// Whether the agent was guided by the mentor whose mentees ramp up faster.
    pub(crate) fn guided(&self) -> bool {
        self.mentor == GOOD_MENTOR
    }

    /// What newness takes from the chance of a first-contact resolution at a moment.
    pub(crate) fn first_contact_at(&self, at: i64) -> f64 {
        let gap = match (at / DAY - self.hired, self.guided()) {
            (..=91, false) => 0.16,
            (92..=182, false) => 0.05,
            (..=91, true) => 0.01,
            _ => 0.0,
        };
        self.first_contact - gap
    }

    /// The factor on the time spent on a call at a moment.
    pub(crate) fn pace_at(&self, at: i64) -> f64 {
        let slow = match (at / DAY - self.hired, self.guided()) {
            (..=91, false) => 1.5,
            (92..=182, false) => 1.2,
            (..=91, true) => 1.12,
            _ => 1.0,
        };
        self.pace * slow
    }

    /// The name the ticket tool shows at a moment.
    pub(crate) fn name_at(&self, at: i64) -> &'static str {
        if self.id == RENAMED.0 && at / DAY < date(RENAMED.2) { RENAMED.1 } else { self.name }
    }

    /// The login: initial and surname without accents, with the supplier's prefix.
    pub(crate) fn login(&self) -> String {
        let (first, last) = self.name.split_once(' ').unwrap_or((self.name, ""));
        let prefix = if self.team == SUPPLIER { "nv." } else { "" };
        format!("{prefix}{}{}", plain(first).chars().next().unwrap_or('x'), plain(last))
    }

    /// What the telephone system calls the agent: an extension in house, a login at the supplier.
    pub(crate) fn phone_id(&self) -> String {
        if self.team == SUPPLIER { self.login() } else { format!("4{}", self.number()) }
    }

    /// The row of `roster.csv`.
    fn row(&self) -> String {
        let supplier = self.team == SUPPLIER;
        let domain = if supplier { "norvik.example" } else { "brightwater.example" };
        line(&[
            self.id,
            self.name,
            if self.id == RENAMED.0 { RENAMED.1 } else { "" },
            &self.login(),
            &if supplier { String::new() } else { self.phone_id() },
            &format!("{}@{domain}", self.login()),
            TEAMS[self.team],
            if supplier { "supplier" } else { "L1" },
            if supplier { TEAMS[SUPPLIER] } else { "" },
            &day_text(self.hired),
            &self.left.map(day_text).unwrap_or_default(),
            self.reason,
            self.business,
            self.business_months,
            self.mentor,
            &if self.mentor.is_empty() { String::new() } else { day_text(self.hired) },
            ["38.5", "37.5", "40"][self.team],
            ["early", "day", "late"][(self.number() % 3) as usize],
            ["Berlin", "Leeds", "Gdynia"][self.team],
        ])
    }
}

/// A name in small letters of the English alphabet.
fn plain(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            'ü' => out.push_str("ue"),
            'ß' => out.push_str("ss"),
            'ı' => out.push('i'),
            'é' => out.push('e'),
            c if c.is_ascii_lowercase() => out.push(c),
            _ => {}
        }
    }
    out
}

/// Everybody, a spell a time. Agents who came from the business are liked more by nine points, which is planted.
pub(crate) fn everybody() -> Vec<Agent> {
    let mut rng = Rng::new(11);
    let mut all: Vec<Agent> = SPELLS.lines().map(|row| Agent::parse(row, &mut rng)).collect();
    for agent in all.iter_mut().filter(|agent| !agent.business.is_empty()) {
        agent.liked = agent.liked / 2.0 + 0.095;
    }
    all
}

/// The text of `roster.csv`.
pub(crate) fn roster(all: &[Agent]) -> String {
    let head = "agent_id,name,names,logins,extensions,emails,team,level,supplier,hired_at,left_at,leave_reason,\
                prior_business,prior_business_months,mentor,mentor_since,scheduled_hours,shift,site\n";
    all.iter().fold(head.to_owned(), |text, agent| text + &agent.row())
}
