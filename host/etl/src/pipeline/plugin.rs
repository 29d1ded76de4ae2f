use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Deserialize;
use witdock::{Limits, Policy};

use crate::trust::Trust;

/// A plugin of a pipeline: where it is, and what it gets.
#[derive(Debug, Clone)]
pub struct PluginConfig {
    /// A project folder, which is built on demand, or a component file.
    pub path: PathBuf,
    /// The plugin's settings as JSON text.
    pub settings: String,
    /// What the plugin may touch.
    pub grants: Policy,
    /// What the plugin may consume.
    pub limits: PluginLimits,
    /// Which component is trusted, and with what.
    pub trust: Trust,
}

/// What a plugin may consume. A limit that is `None` has the dock's default.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PluginLimits {
    /// Memory of one instance, in MiB.
    pub memory_mb: Option<u32>,
    /// Time for one call, in milliseconds.
    pub deadline_ms: Option<u64>,
    /// WebAssembly instructions for one call.
    pub fuel: Option<u64>,
    /// Open handles to host resources.
    pub handles: Option<usize>,
    /// Data that one call to the host may carry, in MiB.
    pub host_call_mb: Option<u32>,
    /// Log lines in one second; more are dropped.
    pub log_lines_per_second: Option<u32>,
}

impl PluginLimits {
    /// The limits of a source's or a sink's plugin, whose calls wait for disks and networks: a call has a minute by default.
    pub fn source_or_sink_limits(&self) -> Limits {
        let deadline_ms = self.deadline_ms.or(Some(60_000));
        Self { deadline_ms, ..self.clone() }.limits()
    }

    /// The dock's limits, with those that are set here in their place.
    pub fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits {
            memory_bytes: self.memory_mb.map_or(default.memory_bytes, mebibytes),
            call_deadline: self.deadline_ms.map_or(default.call_deadline, Duration::from_millis),
            fuel: self.fuel,
            handles: self.handles.unwrap_or(default.handles),
            host_call_bytes: self.host_call_mb.map_or(default.host_call_bytes, mebibytes),
            log_lines_per_second: self.log_lines_per_second.unwrap_or(default.log_lines_per_second),
            ..default
        }
    }
}

fn mebibytes(count: u32) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(1 << 20)
}
