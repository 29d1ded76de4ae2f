//! The least policy that allows what plugins have used.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::record::Use;
use crate::foreign::Digest;
use crate::grants::{Access, Capability, Policy, Provision, StoreGrant};
use crate::text;

/// The least policy that allows what was used. Its `Display` is a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned(Vec<Rule>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    plugin: Arc<str>,
    digest: Option<Digest>,
    used: BTreeMap<(Capability, Option<PathBuf>), Sum>,
}

/// All uses of one capability.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Sum {
    count: u64,
    wrote: bool,
    ports: BTreeSet<u16>,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.wrote |= other.wrote;
        self.ports.extend(other.ports);
    }
}

/// Learns from the uses of plugins, in any order and from any number of runs: a rule for each component.
///
/// What was used is allowed; what was requested and never used is withheld, so that the plugin still runs, and so is writing in a folder that
/// was only read. An environment variable or settings that were used are left to the host, since their
/// values are not recorded; so are the bounds of bodies and stores. Imports are allowed, used or not: a component does not start without them.
pub fn learn(uses: &[Use]) -> Learned {
    let mut rules: BTreeMap<(Arc<str>, Digest), Rule> = BTreeMap::new();
    for one in uses {
        let key = (one.plugin.clone(), one.digest);
        let rule = rules.entry(key).or_insert_with(|| Rule {
            plugin: one.plugin.clone(),
            digest: Some(one.digest),
            used: BTreeMap::new(),
        });
        let sum = Sum { count: one.count, wrote: one.wrote == Some(true), ports: one.ports.clone() };
        rule.used.entry((one.capability.clone(), one.host.clone())).or_default().add(sum);
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
            for (capability, sum) in rule.used {
                merged.used.entry(capability).or_default().add(sum);
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
    withhold: Vec<Capability>,
    #[serde(skip_serializing_if = "is_empty")]
    allow: toml::Table,
}

fn is_empty(table: &toml::Table) -> bool {
    table.is_empty()
}

impl Rule {
    /// Where the manifest could request less: a rule cannot narrow a request for a host.
    fn hints(&self) -> Vec<String> {
        let hint = |((capability, _), sum): (&(Capability, Option<PathBuf>), &Sum)| match capability {
            _ if sum.count == 0 => None,
            Capability::Network(host) if host.port().is_none() && !sum.ports.is_empty() => {
                let ports: Vec<_> = sum.ports.iter().map(ToString::to_string).collect();
                let ports = ports.join(", ");
                Some(format!(
                    "{}: {host} was connected with port {ports}; its manifest could request that alone",
                    self.plugin
                ))
            }
            _ => None,
        };
        self.used.iter().filter_map(hint).collect()
    }

    fn table(&self) -> Result<RuleTable<'_>, toml::ser::Error> {
        let (mut ask, mut withhold, mut allow) = (Vec::new(), Vec::new(), Policy::new());
        for ((capability, host), Sum { count, wrote, .. }) in &self.used {
            match (capability, host) {
                (Capability::Import(_), _) => allow = allow.allow(capability.without_version()),
                // All of a folder, and not writing alone.
                (Capability::Folder { path, .. }, _) if *count == 0 => {
                    withhold.push(Capability::Folder { path: path.clone(), access: Access::ReadOnly });
                }
                _ if *count == 0 => withhold.push(capability.clone()),
                (Capability::Folder { path, access: Access::ReadWrite }, Some(host)) if !*wrote => {
                    withhold.push(capability.clone());
                    let reading = Capability::Folder { path: path.clone(), access: Access::ReadOnly };
                    allow = allow.with(reading, Provision::Folder(host.clone()));
                }
                (Capability::Folder { .. }, Some(host)) => {
                    allow = allow.with(capability.clone(), Provision::Folder(host.clone()));
                }
                (Capability::Program(name), Some(path)) => {
                    allow = allow.program(name.clone(), Some(path.clone()));
                }
                (Capability::KeyValue(name), file) => {
                    allow = allow.keyvalue(name, StoreGrant { file: file.clone(), ..StoreGrant::default() });
                }
                (
                    Capability::Folder { .. }
                    | Capability::Env(_)
                    | Capability::Program(_)
                    | Capability::Config,
                    _,
                ) => ask.push(capability),
                _ => allow = allow.allow(capability.clone()),
            }
        }
        // Of two folders for one path, one was not used.
        withhold.retain(|withheld| !allow.capabilities().any(|allowed| allowed.covers(withheld)));
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
        let written = toml::to_string(&FileTable { plugin: rules }).map_err(|_| fmt::Error)?;
        f.write_str("# The least that these plugins have used. What was never used is withheld: they run without it.\n\n")?;
        let hints: BTreeSet<String> = self.0.iter().flat_map(Rule::hints).collect();
        hints.iter().try_for_each(|hint| writeln!(f, "# {}", text::line(hint)))?;
        if !hints.is_empty() {
            f.write_str("\n")?;
        }
        f.write_str(&written)
    }
}
