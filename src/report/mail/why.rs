//! Why somebody gets a card.

use crate::format;
use crate::say;

/// Why somebody gets a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It is their own.
    Own,
    /// They lead the team.
    Lead,
    /// They manage the desk.
    Manager,
    /// They stand for the supplier.
    Supplier,
    /// The config names their address.
    Named,
}

impl Why {
    /// The line at the end of a mail.
    pub fn sentence(self, desk: &str, card: &str) -> String {
        let (desk, card) = (format::label(desk, 120), format::label(card, 120));
        match self {
            Why::Own => {
                say!("You get this mail because you are on the roster of {desk}. It is your own card, and sent to nobody else.", desk)
            }
            Why::Lead => say!("You get this mail because the roster of {desk} has you as lead of {card}.", desk, card),
            Why::Manager => say!("You get this mail because the roster has you as manager of {desk}.", desk),
            Why::Supplier => say!("You get this mail because the roster of {desk} has you as contact of {card}.", desk, card),
            Why::Named => say!("You get this mail because the settings of {desk} name your address for {card}.", desk, card),
        }
    }
}
