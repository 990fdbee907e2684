//! `[privacy]`: figures of how few answers others may read, and who wants no card.

use super::node::Table;
use crate::error::Result;

/// Fewer answers than this point at people, whatever a config says.
pub(super) const LEAST: u32 = 5;

/// `[privacy]`: what others may read about people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privacy {
    /// Fewest answers of customers and colleagues whose figures stand on pages that others read, 5 or more.
    pub min_n: u32,
    /// Names or ids of people who have no card and are named nowhere.
    pub opt_out: Vec<String>,
}

impl Default for Privacy {
    fn default() -> Self {
        Self { min_n: 8, opt_out: Vec::new() }
    }
}

impl Privacy {
    pub(super) fn read(root: &Table<'_>) -> Result<Self> {
        let mut privacy = Self::default();
        let Some(node) = root.get("privacy") else { return Ok(privacy) };
        let table = node.table("[privacy]", &["min_n", "opt_out"])?;
        if let Some(node) = table.get("min_n") {
            let asked = u32::try_from(node.integer()?).ok().filter(|n| *n >= LEAST);
            privacy.min_n = asked.ok_or_else(|| {
                node.error(format!("`min_n` must be {LEAST} or more"))
                    .hint(format!("a figure of fewer than {LEAST} answers points at those who gave them; 8 is usual"))
            })?;
        }
        if let Some(node) = table.get("opt_out") {
            privacy.opt_out = node.texts()?;
        }
        Ok(privacy)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::settings::Settings;

    fn read(more: &str) -> Result<Privacy> {
        let text = format!(
            "[desk]\nname = \"D\"\ntime_zone = \"UTC\"\n{more}\n[[source]]\nkind = \"tickets\"\nfiles = [\"t.csv\"]\n[source.columns]\nid = \"id\"\ncreated_at = \"c\"\n"
        );
        Settings::parse(&text, Path::new("deskcard.toml")).map(|s| s.privacy)
    }

    #[test]
    fn eight_answers_unless_said_and_never_fewer_than_five() {
        assert_eq!(read("").unwrap(), Privacy { min_n: 8, opt_out: Vec::new() });
        let asked = read("[privacy]\nmin_n = 5\nopt_out = [\"A17\", \"Ada Example\"]").unwrap();
        assert_eq!((asked.min_n, asked.opt_out.join(" ")), (5, "A17 Ada Example".to_owned()));
        for few in ["4", "0", "-1"] {
            let error = read(&format!("[privacy]\nmin_n = {few}")).unwrap_err();
            assert!(error.to_string().contains("`min_n` must be 5 or more"), "{error}");
            assert!(error.hints[0].contains("8 is usual"));
        }
    }
}
