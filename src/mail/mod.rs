//! Messages and their delivery: built the same from the same content, kept in an outbox until the server has them, sent once.
//!
//! Knows nothing of desks and scorecards. Text that reaches a header has been through [`crate::format::label`]; secrets are never shown.
//! The wall clock decides when something is tried again, never what is in a message.

pub mod address;
pub mod draft;
pub mod outbox;
pub mod preview;
pub mod secret;
pub mod send;
pub mod smtp;

pub use address::{Address, Mailbox};
pub use draft::{Attachment, Content, Draft, Image, Key, Sealed};
pub use outbox::{Entry, Outbox, Put, State};
pub use secret::Secret;
pub use send::{Patience, Sendout, send};
pub use smtp::{Courier, Outcome, Smtp};
