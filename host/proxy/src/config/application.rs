use std::path::PathBuf;
use std::time::Duration;

use http::StatusCode;
use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;
use witdock::Policy;

use super::error::ConfigError;
use super::parser::Parser;

/// `[application.NAME]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApplicationToml {
    plugin: Spanned<PathBuf>,
    #[serde(default)]
    grants: Policy,
    #[serde(default)]
    instances: Kind,
    idle: Option<Spanned<usize>>,
    requests_per_instance: Option<Spanned<u64>>,
    requests: Option<Spanned<usize>>,
    outgoing_requests: Option<Spanned<usize>>,
    deadline_ms: Option<Spanned<u64>>,
    memory_mb: Option<Spanned<usize>>,
    failure_status: Option<Spanned<u16>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    #[default]
    Fresh,
    Reused,
}

/// An application behind a route: a component of `wasi:http/proxy` that answers requests itself.
#[derive(Debug, Clone, PartialEq)]
pub struct ApplicationConfig {
    /// The component, or its project folder.
    pub plugin: PathBuf,
    /// What it is granted.
    pub grants: Policy,
    /// Whether instances are used again.
    pub instances: ApplicationInstances,
    /// Requests that run at once, over all workers.
    pub requests: usize,
    /// Requests that it has open itself at once.
    pub outgoing_requests: usize,
    /// How long a request may take, with both of its bodies.
    pub deadline: Duration,
    /// The memory of one instance.
    pub memory_bytes: usize,
    /// What clients get where it fails before it answers.
    pub failure_status: StatusCode,
}

/// Whether an instance answers one request or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApplicationInstances {
    /// Each request has a fresh one: nothing of a request is left for the next.
    Fresh,
    /// An instance takes another request when it has answered one. What it keeps in its memory stays.
    Reused {
        /// The instances that wait for a request, of each worker.
        idle: usize,
        /// The requests after which an instance is dropped.
        requests: u64,
    },
}

impl Parser<'_> {
    pub(super) fn applications(
        &self,
        applications: IndexMap<String, ApplicationToml>,
    ) -> Result<IndexMap<String, ApplicationConfig>, ConfigError> {
        applications.into_iter().map(|(name, toml)| Ok((name, self.application(toml)?))).collect()
    }

    fn application(&self, toml: ApplicationToml) -> Result<ApplicationConfig, ConfigError> {
        let idle = self.in_range(&toml.idle, 1..=10_000, 16)?;
        let requests = self.in_range(&toml.requests_per_instance, 1..=u64::MAX, 10_000)?;
        let status = self.in_range(&toml.failure_status, 500..=599, 500)?;
        Ok(ApplicationConfig {
            plugin: self.existing(toml.plugin.get_ref(), toml.plugin.span(), "the plugin")?,
            grants: toml.grants.map_folders(|path| self.base.join(path)),
            instances: match toml.instances {
                Kind::Fresh => ApplicationInstances::Fresh,
                Kind::Reused => ApplicationInstances::Reused { idle, requests },
            },
            requests: self.in_range(&toml.requests, 1..=1_000_000, 256)?,
            outgoing_requests: self.in_range(&toml.outgoing_requests, 1..=1_000_000, 256)?,
            deadline: Duration::from_millis(self.in_range(&toml.deadline_ms, 1..=86_400_000, 30_000)?),
            memory_bytes: self.in_range(&toml.memory_mb, 1..=4096, 128)? << 20,
            failure_status: StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
        })
    }
}
