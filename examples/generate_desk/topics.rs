//! What people contact the desk about, and who they are.

use crate::rng::Rng;

/// A category of tickets.
pub(crate) struct Topic {
    pub(crate) name: &'static str,
    /// Its share of an ordinary day.
    pub(crate) weight: f64,
    /// The chance of a first-contact resolution, the same in every month.
    pub(crate) first_contact: f64,
    /// Subcategories and a ticket's short description in each.
    pub(crate) kinds: &'static [(&'static str, &'static str)],
}

/// Position of the network in [`TOPICS`].
pub(crate) const NETWORK: usize = 4;
/// Position of the hardware in [`TOPICS`].
pub(crate) const HARDWARE: usize = 3;
/// Position of VPN among the network's kinds.
pub(crate) const VPN: usize = 0;

/// All categories.
pub(crate) const TOPICS: [Topic; 8] = [
    Topic {
        name: "Access",
        weight: 0.24,
        first_contact: 0.87,
        kinds: &[
            ("Password", "Password expired"),
            ("Password", "Account locked after holiday"),
            ("Permissions", "Needs access to shared drive"),
            ("Permissions", "New starter, role missing"),
        ],
    },
    Topic {
        name: "Software",
        weight: 0.22,
        first_contact: 0.73,
        kinds: &[
            ("Office", "Spreadsheet will not open"),
            ("Office", "Teams call without sound"),
            ("ERP", "Goods receipt cannot be posted"),
            ("Installation", "Please install PDF editor"),
        ],
    },
    Topic {
        name: "Email",
        weight: 0.12,
        first_contact: 0.79,
        kinds: &[("Mailbox", "Mailbox full"), ("Mailbox", "Shared mailbox missing"), ("Phishing", "Is this mail genuine?")],
    },
    Topic {
        name: "Hardware",
        weight: 0.12,
        first_contact: 0.41,
        kinds: &[("Laptop", "Laptop does not start"), ("Laptop", "Battery drains in an hour"), ("Screen", "Second screen stays dark")],
    },
    Topic {
        name: "Network",
        weight: 0.10,
        first_contact: 0.45,
        kinds: &[("VPN", "VPN drops at home"), ("Wi-Fi", "Wi-Fi slow in hall 2"), ("LAN", "Socket at desk is dead")],
    },
    Topic {
        name: "Telephony",
        weight: 0.06,
        first_contact: 0.63,
        kinds: &[("Headset", "Headset crackles"), ("Mobile", "New SIM card"), ("Voicemail", "Voicemail PIN lost")],
    },
    Topic {
        name: "Printing",
        weight: 0.08,
        first_contact: 0.67,
        kinds: &[("Printer", "Printer offline"), ("Label printer", "Labels come out blank"), ("Scanner", "Scan to mail fails")],
    },
    Topic {
        name: "Data",
        weight: 0.06,
        first_contact: 0.59,
        kinds: &[("Report", "Stock report shows yesterday"), ("Restore", "Restore a deleted folder"), ("Master data", "Wrong cost centre")],
    },
];

/// Short descriptions that try the reader: one in eight hundred tickets takes the next of them.
pub(crate) const NASTY: [&str; 7] = [
    "He said \"it just stopped\", twice",
    "Screen dark\nTried a restart, no change\n\nThanks, Café team",
    "=cmd|'/C calc'!A0",
    "<b>URGENT</b> <script>alert(1)</script> & please hurry",
    "+49 30 5550 100 rings; nobody answers",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-2 of 3 screens lost; \"docking, again\"",
];

/// How tickets come in; calls make the first.
pub(crate) const CHANNELS: [&str; 6] = ["Phone", "Self-service", "Email", "Chat", "Walk-in", "Monitoring"];
/// Sites: place, code, and the in-house team that serves it.
pub(crate) const SITES: [(&str, &str, usize); 5] =
    [("Berlin", "BER", 0), ("Leeds", "LDS", 1), ("Hamburg", "HAM", 0), ("Glasgow", "GLA", 1), ("Poznań", "POZ", 0)];
/// Departments of the people who ask.
pub(crate) const DEPARTMENTS: [&str; 7] = ["Sales", "Finance", "Warehouse", "Dispatch", "Purchasing", "HR", "Workshop"];
/// How many people may ask.
const REQUESTERS: f64 = 1600.0;

/// Somebody who asks; some ask far more often than others.
pub(crate) fn requester(rng: &mut Rng) -> usize {
    let u = rng.unit();
    (u * (0.4 + 0.6 * u) * REQUESTERS) as usize
}

/// The site of a requester: an index into [`SITES`].
pub(crate) const fn site(requester: usize) -> usize {
    [0, 1, 0, 1, 2, 3, 0, 1, 4, 1][requester % 10]
}

/// Whether a requester is a very important person.
pub(crate) const fn is_vip(requester: usize) -> bool {
    requester % 33 == 7
}

/// The employee number of a requester.
pub(crate) fn employee(requester: usize) -> String {
    format!("E{:04}", 1000 + requester)
}

/// The category of a contact. In June 2026 a laptop roll-out and an office move make two of them four times as frequent.
pub(crate) fn topic(rng: &mut Rng, june: bool) -> usize {
    let mut weights = TOPICS.map(|topic| topic.weight);
    if june {
        weights[HARDWARE] *= 4.2;
        weights[NETWORK] *= 4.2;
    }
    rng.weighted(&weights)
}
