//! `proxy.toml`: what the proxy listens on, where requests go, and with which limits.

mod access_log;
mod application;
mod cluster;
mod diagnostics;
mod endpoint;
mod error;
mod filter;
mod forwarding;
mod listener;
mod network;
mod parser;
mod pattern;
mod route;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;

use crate::filter::FilterSettings;

pub use self::access_log::{AccessLogConfig, LogFormat, LogTarget};
pub use self::application::{ApplicationConfig, ApplicationInstances};
pub use self::cluster::{
    Balance, CircuitLimits, ClusterConfig, EjectConfig, HealthConfig, RetryConfig, Timeouts, UpstreamTls,
};
pub use self::endpoint::{Endpoint, Target};
pub use self::error::{ConfigError, Invalid};
pub use self::forwarding::{ForwardedHeaders, ForwardingConfig};
pub use self::listener::{CertificateFiles, ListenerConfig, ListenerLimits, Protocol};
pub use self::network::Network;
pub use self::pattern::{HostPattern, PathPattern};
pub use self::route::{Action, Respond, RouteConfig};

/// What a configuration file says, checked.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The file.
    pub path: PathBuf,
    /// Worker threads.
    pub threads: usize,
    /// How long a stop waits for requests that run.
    pub drain: Duration,
    /// What the proxy listens on.
    pub listeners: Vec<ListenerConfig>,
    /// Where requests go: the first route that matches.
    pub routes: Vec<RouteConfig>,
    /// The servers that requests are forwarded to, by name.
    pub clusters: IndexMap<String, ClusterConfig>,
    /// Filters by name.
    pub filters: IndexMap<String, FilterSettings>,
    /// Applications by name.
    pub applications: IndexMap<String, ApplicationConfig>,
    /// Where a line for each request goes.
    pub access_log: AccessLogConfig,
    /// What upstream servers are told about clients.
    pub forwarding: ForwardingConfig,
}

impl Config {
    /// The files that the configuration is made of: its own, the certificates, the keys, the authorities.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        let listeners = self.listeners.iter().flat_map(|listener| {
            let certificates = listener.certificates.iter().flat_map(|one| [&one.certificate, &one.key]);
            certificates.chain(&listener.client_roots)
        });
        let clusters = self.clusters.values().filter_map(|cluster| cluster.tls.roots.as_ref());
        listeners.chain(clusters).chain([&self.path]).cloned().collect()
    }
}
