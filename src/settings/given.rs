//! `[departments]`, `[cost]`: what no export says, and the pages on the business and on cost are made from.

use super::desk::LEVELS;
use super::node::{Node, Table};
use crate::error::Result;
use std::collections::BTreeMap;

/// What a unit costs, by name, in the desk's currency.
pub type Prices = BTreeMap<String, f64>;

/// `[cost]`: what the desk reckons with. All of it may be empty.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cost {
    /// A resolved ticket, by the level that resolves it.
    pub levels: Prices,
    /// A contact, by the channel it comes through.
    pub channels: Prices,
}

/// Channels a contact can come through, as the canonical column has them.
pub(super) const CHANNELS: &[&str] = &["phone", "email", "portal", "chat", "walkup", "auto"];

impl Cost {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let Some(node) = root.get("cost") else { return Ok(Self::default()) };
        let table = node.table("[cost]", &["levels", "channels"])?;
        let prices = |key: &str, known: &'static [&'static str], title: &str| {
            table.get(key).map_or(Ok(Prices::new()), |n| n.table(title, known)?.nodes().iter().map(price).collect())
        };
        Ok(Self { levels: prices("levels", LEVELS, "[cost.levels]")?, channels: prices("channels", CHANNELS, "[cost.channels]")? })
    }
}

fn price(node: &Node<'_>) -> Result<(String, f64)> {
    let value = node.number()?;
    let is_price = value.is_finite() && value >= 0.0;
    let wrong = || node.error(format!("`{}` is no price", node.key)).hint("write what one costs, 0 or more, in the desk’s currency");
    if is_price { Ok((node.key.to_owned(), value)) } else { Err(wrong()) }
}

/// `[departments]`: people in each department of the customer.
pub(super) fn departments(root: &Table<'_>) -> Result<BTreeMap<String, u32>> {
    let Some(node) = root.get("departments") else { return Ok(BTreeMap::new()) };
    let heads = |n: &Node<'_>| {
        let heads = u32::try_from(n.integer()?).ok().filter(|heads| *heads > 0);
        let wrong = || n.error(format!("`{}` must have a number of people, 1 or more", n.key));
        Ok((n.key.to_owned(), heads.ok_or_else(wrong)?))
    };
    node.open_table("[departments]")?.nodes().iter().map(heads).collect()
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;
    use std::path::Path;

    fn read(more: &str) -> crate::error::Result<Settings> {
        let text = format!("[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n{more}");
        Settings::parse(&text, Path::new("deskcard.toml"))
    }

    #[test]
    fn prices_and_heads_are_read_and_nonsense_is_named() {
        let settings = read("[departments]\nHR = 12\n[cost]\nlevels = { L1 = 18, supplier = 40.5 }\nchannels = { portal = 0 }").unwrap();
        assert_eq!(settings.departments["HR"], 12);
        assert_eq!((settings.cost.levels["supplier"], settings.cost.channels["portal"]), (40.5, 0.0));
        let empty = read("").unwrap();
        assert!(empty.departments.is_empty() && empty.cost == super::Cost::default());
        for (wrong, word) in [
            ("[departments]\nHR = 0", "number of people"),
            ("[departments]\nHR = \"many\"", "HR"),
            ("[cost]\nlevels = { L9 = 1 }", "L9"),
            ("[cost]\nlevels = { L1 = -1 }", "no price"),
            ("[cost]\nlevels = { L1 = nan }", "finite"),
            ("[cost]\nper_ticket = 1", "per_ticket"),
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.what.contains(word) && error.kind == crate::error::Kind::Config, "{wrong}: {}", error.what);
        }
    }
}
