//! Plugin status for the person: health, cost, grants and log.

use std::time::Duration;

use witdock::{Capability, LogLine, Phase, Plugin, ReloadOutcome, ReloadReport, Status};

use super::consent::in_words;
use super::interface::Extension;
use super::news::PluginId;

/// The status of a plugin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// The plugin's key.
    pub plugin: PluginId,
    /// The plugin's name.
    pub name: String,
    /// The path of its source.
    pub path: String,
    /// Whether the plugin works.
    pub health: Health,
    /// Its phase and the outcome of its last reload: one line, or several where a build has failed.
    pub status: String,
    /// What it has cost; none for a plugin that is not loaded.
    pub cost: Option<Cost>,
    /// Its last failure, with the function that failed.
    pub failure: Option<String>,
    /// Its grants, in plain words.
    pub granted: Vec<String>,
    /// The last lines of its log.
    pub log: Vec<String>,
}

/// Whether a plugin works.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Health {
    /// It serves.
    #[default]
    Fine,
    /// It is being built or loaded.
    Loading,
    /// It waits for the person's consent.
    Waiting,
    /// It has failed, or its last reload has.
    Wrong,
    /// It is stopped or disabled.
    Off,
}

/// What a plugin has cost since it was loaded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cost {
    /// The number of calls.
    pub calls: u64,
    /// The number of calls that failed.
    pub errors: u64,
    /// The median and the 99th percentile of each export's latency.
    pub exports: Vec<(String, Duration, Duration)>,
    /// The average time of a call for a changed text; none without such calls.
    pub per_change: Option<Duration>,
    /// The memory that it uses now.
    pub memory_bytes: usize,
    /// The most memory that it has used.
    pub memory_peak_bytes: usize,
    /// What it keeps between sessions.
    pub stored_bytes: usize,
}

/// The name under which calls for a changed text are counted.
pub(super) const CHANGE_CALLS: &str = "on-event changed";

/// The status of a plugin that is loaded.
pub(super) fn of_loaded(
    id: PluginId,
    path: String,
    plugin: &Plugin<Extension>,
    stored_bytes: usize,
    is_asked: bool,
    is_building: bool,
) -> Report {
    let status = plugin.status().borrow().clone();
    let statistics = plugin.statistics();
    let exports = &statistics.exports;
    let changes = exports.get(CHANGE_CALLS).filter(|changes| changes.calls > 0);
    let cost = Cost {
        calls: exports.values().map(|export| export.calls).sum(),
        errors: exports.values().map(|export| export.errors).sum(),
        exports: exports.iter().map(|(name, export)| (name.clone(), export.p50, export.p99)).collect(),
        per_change: changes.map(|changes| changes.total / u32::try_from(changes.calls).unwrap_or(u32::MAX)),
        memory_bytes: statistics.kept.memory_bytes,
        memory_peak_bytes: statistics.kept.memory_peak_bytes,
        stored_bytes,
    };
    let health = health_of(&status, is_asked);
    Report {
        plugin: id,
        name: plugin.name().to_owned(),
        path,
        health,
        status: if is_building {
            format!("{status}; the next one is being built")
        } else {
            status.to_string()
        },
        cost: Some(cost),
        failure: status.last_failure.map(|failure| format!("{}: it {}", failure.export, failure.reason)),
        granted: granted(plugin),
        log: plugin.recent_log().iter().map(line).collect(),
    }
}

/// Whether a plugin of this status works.
pub(super) fn health_of(status: &Status, is_asked: bool) -> Health {
    let was_refused = matches!(
        status.last_reload,
        Some(ReloadReport { outcome: ReloadOutcome::Rejected { .. } | ReloadOutcome::RolledBack { .. }, .. })
    );
    match status.phase {
        Phase::Serving if was_refused => Health::Wrong,
        Phase::Serving => Health::Fine,
        Phase::Stopped => Health::Off,
        Phase::Revoked { .. } if is_asked => Health::Waiting,
        _ => Health::Wrong,
    }
}

/// What the plugin is granted, each with its use.
fn granted(plugin: &Plugin<Extension>) -> Vec<String> {
    let uses = plugin.uses();
    let granted = plugin.granted();
    let used = |capability: &Capability| {
        // Several components may have used it; the last one is the one that runs.
        let found = uses.iter().rev().find(|found| found.capability == *capability)?;
        (found.count > 0).then_some(found.count)
    };
    let in_use = |capability: &Capability| match used(capability) {
        None => format!("{}: not used", in_words(capability)),
        // Calls of the editor's own interfaces are not counted.
        Some(_) if matches!(capability, Capability::Import(_)) => in_words(capability),
        Some(1) => format!("{}: used once", in_words(capability)),
        Some(count) => format!("{}: used {count} times", in_words(capability)),
    };
    granted.capabilities().map(|capability| witdock::text::line(&in_use(capability)).to_string()).collect()
}

fn line(line: &LogLine) -> String {
    let LogLine { level, target, message } = line;
    witdock::text::line(&format!("{level:?} {target}: {message}")).to_string()
}
