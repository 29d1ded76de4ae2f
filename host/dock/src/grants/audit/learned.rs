//! The least policy that allows what plugins have used.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::record::Use;
use crate::foreign::Digest;
use crate::grants::{Capability, Policy, Provision};

/// The least policy that allows what was used. Its `Display` is a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned(Vec<Rule>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    plugin: Arc<str>,
    digest: Option<Digest>,
    used: BTreeMap<(Capability, Option<PathBuf>), u64>,
}

/// Learns from the uses of plugins, in any order and from any number of runs: a rule for each component.
///
/// What was used is allowed; what was requested and never used is withheld, so that the plugin still runs. An environment variable that was used is left to the host, since its
/// value is not recorded. Imports are allowed, used or not: a component does not start without them.
pub fn learn(uses: &[Use]) -> Learned {
    let mut rules: BTreeMap<(Arc<str>, Digest), Rule> = BTreeMap::new();
    for one in uses {
        let key = (one.plugin.clone(), one.digest);
        let rule = rules.entry(key).or_insert_with(|| Rule {
            plugin: one.plugin.clone(),
            digest: Some(one.digest),
            used: BTreeMap::new(),
        });
        *rule.used.entry((one.capability.clone(), one.host.clone())).or_default() += one.count;
    }
    Learned(rules.into_values().collect())
}

impl Learned {
    /// The same rules for any component with the plugin's name: for plugins that are built here, whose digest changes with each build. What any
    /// version has used is allowed.
    #[must_use]
    pub fn by_name(self) -> Self {
        let mut rules: BTreeMap<Arc<str>, Rule> = BTreeMap::new();
        for rule in self.0 {
            let plugin = rule.plugin.clone();
            let merged = rules.entry(plugin.clone()).or_insert_with(|| Rule {
                plugin,
                digest: None,
                used: BTreeMap::new(),
            });
            for (capability, count) in rule.used {
                *merged.used.entry(capability).or_default() += count;
            }
        }
        Self(rules.into_values().collect())
    }
}

/// A rule in the form of a policy file.
#[derive(Serialize)]
struct RuleTable<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<Digest>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ask: Vec<&'a Capability>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    withhold: Vec<&'a Capability>,
    #[serde(skip_serializing_if = "is_empty")]
    allow: toml::Table,
}

fn is_empty(table: &toml::Table) -> bool {
    table.is_empty()
}

impl Rule {
    fn table(&self) -> Result<RuleTable<'_>, toml::ser::Error> {
        let (mut ask, mut withhold, mut allow) = (Vec::new(), Vec::new(), Policy::new());
        for ((capability, host), count) in &self.used {
            match (capability, host) {
                (Capability::Import(_), _) => allow = allow.allow(capability.without_version()),
                _ if *count == 0 => withhold.push(capability),
                (Capability::Folder { .. }, Some(host)) => {
                    allow = allow.with(capability.clone(), Provision::Folder(host.clone()));
                }
                (Capability::Folder { .. } | Capability::Env(_), _) => ask.push(capability),
                _ => allow = allow.allow(capability.clone()),
            }
        }
        // Of two folders for one path, one was not used.
        withhold.retain(|capability| !allow.capabilities().any(|allowed| allowed == *capability));
        withhold.dedup();
        let mut allow = toml::Table::try_from(allow)?;
        allow.retain(|_, value| match value {
            toml::Value::Boolean(is_on) => *is_on,
            toml::Value::Array(items) => !items.is_empty(),
            toml::Value::Table(table) => !table.is_empty(),
            _ => true,
        });
        Ok(RuleTable { name: &self.plugin, digest: self.digest, ask, withhold, allow })
    }
}

#[derive(Serialize)]
struct FileTable<'a> {
    plugin: Vec<RuleTable<'a>>,
}

impl fmt::Display for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.0.iter().map(Rule::table).collect::<Result<_, _>>().map_err(|_| fmt::Error)?;
        let text = toml::to_string(&FileTable { plugin: rules }).map_err(|_| fmt::Error)?;
        f.write_str("# The least that these plugins have used. What was never used is withheld: they run without it.\n\n")?;
        f.write_str(&text)
    }
}
