//! How plugins stand, for people.

use std::time::Duration;

use witdock::{LogLine, Phase, Plugin, ReloadOutcome, ReloadReport};

use super::bindings::Extension;
use super::consent::in_words;
use super::news::PluginId;

/// How a plugin stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The plugin.
    pub plugin: PluginId,
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub path: String,
    /// Whether a person should look at it.
    pub health: Health,
    /// How it stands, and how its last reload ended: a line, or several where a build has failed.
    pub status: String,
    /// What it has cost; none for one that was not loaded.
    pub cost: Option<Cost>,
    /// Its last failure.
    pub failure: Option<String>,
    /// What it was granted, in plain words.
    pub granted: Vec<String>,
    /// The last lines that it has written.
    pub log: Vec<String>,
}

/// Whether a person should look at a plugin.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// There is nothing to do.
    #[default]
    Fine,
    /// It is being built or loaded.
    Loading,
    /// It waits for a person.
    Waiting,
    /// It does not do what it should.
    Wrong,
    /// It is not wanted.
    Off,
}

/// What a plugin has cost since it was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cost {
    /// Calls so far.
    pub calls: u64,
    /// Those that failed.
    pub errors: u64,
    /// The latencies of each export: the median and the 99th percentile.
    pub exports: Vec<(String, Duration, Duration)>,
    /// What hearing of a change takes, on average; none where it has heard of none.
    pub per_change: Option<Duration>,
    /// Its memory now.
    pub memory_bytes: usize,
    /// The most that it ever was.
    pub memory_peak_bytes: usize,
}

/// The name that calls are counted by which tell of a change.
pub(super) const CHANGE_CALLS: &str = "on-event changed";

/// How a plugin that is loaded stands.
pub(super) fn of_loaded(id: PluginId, path: String, plugin: &Plugin<Extension>) -> Report {
    let status = plugin.status().borrow().clone();
    let statistics = plugin.statistics();
    let exports = &statistics.exports;
    let changes = exports.get(CHANGE_CALLS).filter(|changes| changes.calls > 0);
    let cost = Cost {
        calls: exports.values().map(|export| export.calls).sum(),
        errors: exports.values().map(|export| export.errors).sum(),
        exports: exports.iter().map(|(name, export)| (name.clone(), export.p50, export.p99)).collect(),
        per_change: changes.map(|changes| changes.total / u32::try_from(changes.calls).unwrap_or(u32::MAX)),
        memory_bytes: statistics.memory_bytes,
        memory_peak_bytes: statistics.memory_peak_bytes,
    };
    let was_refused = matches!(
        status.last_reload,
        Some(ReloadReport { outcome: ReloadOutcome::Rejected { .. } | ReloadOutcome::RolledBack { .. }, .. })
    );
    let health = match status.phase {
        Phase::Serving if was_refused => Health::Wrong,
        Phase::Serving => Health::Fine,
        Phase::Stopped => Health::Off,
        _ => Health::Wrong,
    };
    Report {
        plugin: id,
        name: plugin.name().to_owned(),
        path,
        health,
        status: status.to_string(),
        cost: Some(cost),
        failure: status.last_failure.map(|failure| format!("{}: it {}", failure.export, failure.reason)),
        granted: plugin.granted().capabilities().map(in_words).collect(),
        log: plugin.recent_log().iter().map(line).collect(),
    }
}

fn line(line: &LogLine) -> String {
    let LogLine { level, target, message } = line;
    format!("{level:?} {target}: {message}")
}
