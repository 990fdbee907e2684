//! `--what-if targets.P3=16bh`: the same config with one thing changed.

use crate::error::{Error, Result};
use toml::{Table, Value};

/// The text of a config with the changes made in its `[sla]`, each `path=value`; what is no TOML value is a text.
///
/// `targets.P3=16bh` is short for `targets.P3.resolution`; `policy.NAME.…` is the policy of that name.
///
/// # Errors
/// A usage error for a change that cannot be read or names a policy that does not exist.
pub(crate) fn changed(text: &str, changes: &[String]) -> Result<String> {
    let mut config: Table = text.parse().map_err(|e: toml::de::Error| Error::config(e.to_string()))?;
    for change in changes {
        let sla = config.entry("sla").or_insert_with(|| Value::Table(Table::new()));
        let wrong = |what: String| Error::config(what).at(format!("--what-if {change}"));
        let Value::Table(sla) = sla else { return Err(wrong("`sla` is no table".to_owned())) };
        merge(sla, fragment(change)?, &wrong)?;
    }
    toml::to_string(&config).map_err(|e| Error::bug(format!("the changed config: {e}")))
}

/// The change as a little TOML text of its own.
fn fragment(change: &str) -> Result<Table> {
    let wrong = || {
        Error::config(format!("`{change}` is no change"))
            .at("--what-if")
            .hint("write targets.P3=16bh, targets.P1.response=30m, calendar=always, pause=pending or policy.NAME.targets.P2=4h")
    };
    let (path, value) = change.split_once('=').ok_or_else(wrong)?;
    let (path, value) = (path.trim(), value.trim());
    let as_given = format!("{path} = {value}").parse::<Table>();
    as_given.or_else(|_| format!("{path} = {}", Value::String(value.to_owned())).parse()).map_err(|_| wrong())
}

/// Puts what changes over what is there.
fn merge(into: &mut Table, changes: Table, wrong: &dyn Fn(String) -> Error) -> Result<()> {
    for (key, value) in changes {
        match (into.get_mut(&key), value) {
            (Some(Value::Table(old)), Value::Table(new)) => merge(old, new, wrong)?,
            // A target by itself is that of the resolution.
            (Some(Value::Table(old)), value @ Value::String(_)) if is_priority(&key) => {
                old.insert("resolution".to_owned(), value);
            }
            (None, value @ Value::String(_)) if is_priority(&key) => {
                into.insert(key, Value::Table(Table::from_iter([("resolution".to_owned(), value)])));
            }
            (Some(Value::Array(policies)), Value::Table(named)) if key == "policy" => {
                for (name, change) in named {
                    let found = policies.iter_mut().find(|p| p.get("name").and_then(Value::as_str) == Some(name.as_str()));
                    let (Some(Value::Table(policy)), Value::Table(change)) = (found, change) else {
                        return Err(wrong(format!("there is no policy `{name}`")));
                    };
                    merge(policy, change, wrong)?;
                }
            }
            (None, Value::Table(new)) if key == "targets" => {
                let mut targets = Table::new();
                merge(&mut targets, new, wrong)?;
                into.insert(key, Value::Table(targets));
            }
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
    Ok(())
}

fn is_priority(key: &str) -> bool {
    key == "default" || matches!(key.as_bytes(), [b'P', b'1'..=b'5'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(config: &str, changes: &[&str]) -> Table {
        let changes: Vec<String> = changes.iter().map(|c| (*c).to_owned()).collect();
        changed(config, &changes).expect("a change").parse().expect("toml")
    }

    #[test]
    fn a_target_by_itself_is_the_resolutions() {
        let config = "[sla.targets]\nP3 = { response = \"4bh\", resolution = \"3bd\" }";
        let sla = |changes: &[&str]| after(config, changes)["sla"].clone();
        assert_eq!(sla(&["targets.P3=16bh"])["targets"]["P3"]["resolution"].as_str(), Some("16bh"));
        assert_eq!(sla(&["targets.P3=16bh"])["targets"]["P3"]["response"].as_str(), Some("4bh"));
        assert_eq!(sla(&["targets.P1.response=30m"])["targets"]["P1"]["response"].as_str(), Some("30m"));
        assert_eq!(sla(&["targets.P2=1h", "calendar=always"])["targets"]["P2"]["resolution"].as_str(), Some("1h"));
        assert_eq!(sla(&["pause=[\"pending\"]"])["pause"][0].as_str(), Some("pending"));
        assert_eq!(after("", &["targets.default=8h"])["sla"]["targets"]["default"]["resolution"].as_str(), Some("8h"));
    }

    #[test]
    fn a_policy_is_found_by_its_name() {
        let config = "[[sla.policy]]\nname = \"Gold customers\"\ntargets = { P1 = { resolution = \"4h\" } }";
        let policy = &after(config, &["policy.\"Gold customers\".targets.P1=2h"])["sla"]["policy"][0];
        assert_eq!(policy["targets"]["P1"]["resolution"].as_str(), Some("2h"));
        let error = changed(config, &["policy.Silver.targets.P1=2h".to_owned()]).expect_err("refused");
        assert_eq!(error.what, "there is no policy `Silver`");
        assert!(changed("", &["no change".to_owned()]).is_err());
    }
}
