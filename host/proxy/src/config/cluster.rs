use std::path::PathBuf;
use std::time::Duration;

use indexmap::IndexMap;
use serde::Deserialize;
use toml::Spanned;

use super::endpoint::Endpoint;
use super::error::ConfigError;
use super::parser::Parser;

/// `[cluster.NAME]` as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClusterToml {
    endpoints: Spanned<Vec<Endpoint>>,
    #[serde(default)]
    balance: Balance,
    #[serde(default)]
    http2: bool,
    host: Option<Spanned<String>>,
    tls: Option<Spanned<UpstreamTlsToml>>,
    connect_timeout_ms: Option<u64>,
    response_timeout_ms: Option<u64>,
    idle_timeout_ms: Option<u64>,
    keep_alive_ms: Option<u64>,
    health: Option<HealthToml>,
    #[serde(default)]
    eject: EjectToml,
    #[serde(default)]
    retry: RetryToml,
    #[serde(default)]
    limits: LimitsToml,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpstreamTlsToml {
    roots: Option<PathBuf>,
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HealthToml {
    path: Spanned<String>,
    interval_ms: Option<Spanned<u64>>,
    timeout_ms: Option<u64>,
    healthy: Option<Spanned<u32>>,
    unhealthy: Option<Spanned<u32>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct EjectToml {
    failures: Option<u32>,
    for_ms: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct RetryToml {
    attempts: Option<Spanned<u32>>,
    budget_percent: Option<Spanned<u32>>,
    body_kb: Option<Spanned<usize>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct LimitsToml {
    connections: Option<Spanned<usize>>,
    pending: Option<usize>,
    requests: Option<Spanned<usize>>,
}

/// Servers that answer the same requests.
#[derive(Debug, Clone, PartialEq)]
pub struct ClusterConfig {
    /// The servers.
    pub endpoints: Vec<Endpoint>,
    /// How one of them is chosen.
    pub balance: Balance,
    /// Whether they speak HTTP/2, without which there is no gRPC.
    pub http2: bool,
    /// The `Host` that they get. None: the client's.
    pub host: Option<http::uri::Authority>,
    /// How `https` connections are checked.
    pub tls: UpstreamTls,
    /// How long each step may take.
    pub timeouts: Timeouts,
    /// Requests that ask servers whether they work.
    pub health: Option<HealthConfig>,
    /// When a server that fails is left out.
    pub eject: EjectConfig,
    /// When a request is sent again.
    pub retry: RetryConfig,
    /// What the cluster may use.
    pub limits: CircuitLimits,
}

/// How a server is chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Balance {
    /// One after another.
    #[default]
    RoundRobin,
    /// The one with the fewest requests that run.
    LeastRequests,
}

/// How `https` connections to servers are checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpstreamTls {
    /// The authorities that are trusted. None: the system's.
    pub roots: Option<PathBuf>,
    /// The name that is asked for and that the certificate must have. None: the endpoint's.
    pub name: Option<String>,
}

/// How long the steps of a request to a server may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect, with the TLS handshake.
    pub connect: Duration,
    /// From the end of the request to the first byte of the response.
    pub response: Duration,
    /// While a body or a tunnel stands still.
    pub idle: Duration,
    /// How long an idle connection is kept.
    pub keep_alive: Duration,
}

/// Requests that ask servers whether they work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthConfig {
    /// The path of the request. A status from 200 to 399 is healthy.
    pub path: String,
    /// The time between two requests.
    pub interval: Duration,
    /// The time for an answer.
    pub timeout: Duration,
    /// Successes in a row after which a server is used again.
    pub healthy: u32,
    /// Failures in a row after which a server is left out.
    pub unhealthy: u32,
}

/// When a server that fails requests is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EjectConfig {
    /// Failures in a row. 0: never.
    pub failures: u32,
    /// For how long.
    pub time: Duration,
}

/// When a request is sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryConfig {
    /// How often, besides the first time.
    pub attempts: u32,
    /// The most retries, in percent of the requests that run.
    pub budget_percent: u32,
    /// The largest body that is kept so that it can be sent again.
    pub body_bytes: usize,
}

/// What a cluster may use, over all workers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CircuitLimits {
    /// Connections to each server.
    pub connections: usize,
    /// Requests that wait for a connection.
    pub pending: usize,
    /// Requests that run.
    pub requests: usize,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            response: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            keep_alive: Duration::from_secs(30),
        }
    }
}

impl Default for EjectConfig {
    fn default() -> Self {
        Self { failures: 5, time: Duration::from_secs(10) }
    }
}

impl Default for RetryConfig {
    fn default() -> Self {
        Self { attempts: 1, budget_percent: 20, body_bytes: 64 << 10 }
    }
}

impl Default for CircuitLimits {
    fn default() -> Self {
        Self { connections: 1024, pending: 1024, requests: 10_000 }
    }
}

impl Parser<'_> {
    pub(super) fn clusters(
        &self,
        clusters: IndexMap<String, ClusterToml>,
    ) -> Result<IndexMap<String, ClusterConfig>, ConfigError> {
        clusters.into_iter().map(|(name, toml)| Ok((name, self.cluster(toml)?))).collect()
    }

    fn cluster(&self, toml: ClusterToml) -> Result<ClusterConfig, ConfigError> {
        if toml.endpoints.get_ref().is_empty() {
            return Err(self.text.error(
                toml.endpoints.span(),
                "a cluster needs an endpoint",
                "here",
                "for example endpoints = [\"http://127.0.0.1:9001\"]".to_owned(),
            ));
        }
        let host = match &toml.host {
            None => None,
            Some(host) => Some(host.get_ref().parse().map_err(|_| {
                let message = format!("`{}` is not a host", host.get_ref());
                self.text.error(
                    host.span(),
                    message,
                    "here",
                    "write for example \"api.example.org\"".to_owned(),
                )
            })?),
        };
        let tls = match &toml.tls {
            None => UpstreamTls::default(),
            Some(tls) => UpstreamTls {
                roots: match &tls.get_ref().roots {
                    Some(roots) => Some(self.existing(roots, tls.span(), "the file of authorities")?),
                    None => None,
                },
                name: tls.get_ref().name.clone(),
            },
        };
        let default = Timeouts::default();
        let or = |value: Option<u64>, default| value.map_or(default, Duration::from_millis);
        let timeouts = Timeouts {
            connect: or(toml.connect_timeout_ms, default.connect),
            response: or(toml.response_timeout_ms, default.response),
            idle: or(toml.idle_timeout_ms, default.idle),
            keep_alive: or(toml.keep_alive_ms, default.keep_alive),
        };
        let retry = RetryConfig::default();
        let eject = EjectConfig::default();
        let limits = CircuitLimits::default();
        Ok(ClusterConfig {
            endpoints: toml.endpoints.into_inner(),
            balance: toml.balance,
            http2: toml.http2,
            host,
            tls,
            timeouts,
            health: match toml.health {
                Some(health) => Some(self.health(&health)?),
                None => None,
            },
            eject: EjectConfig {
                failures: toml.eject.failures.unwrap_or(eject.failures),
                time: or(toml.eject.for_ms, eject.time),
            },
            retry: RetryConfig {
                attempts: self.in_range(&toml.retry.attempts, 0..=10, retry.attempts)?,
                budget_percent: self.in_range(&toml.retry.budget_percent, 0..=100, retry.budget_percent)?,
                body_bytes: self.in_range(&toml.retry.body_kb, 0..=16_384, retry.body_bytes >> 10)? << 10,
            },
            limits: CircuitLimits {
                connections: self.in_range(&toml.limits.connections, 1..=1_000_000, limits.connections)?,
                pending: toml.limits.pending.unwrap_or(limits.pending),
                requests: self.in_range(&toml.limits.requests, 1..=1_000_000, limits.requests)?,
            },
        })
    }

    fn health(&self, toml: &HealthToml) -> Result<HealthConfig, ConfigError> {
        let path = toml.path.get_ref();
        if !path.starts_with('/') || path.parse::<http::uri::PathAndQuery>().is_err() {
            let message = format!("`{path}` is not a path");
            let help = "write it with / first, such as /health".to_owned();
            return Err(self.text.error(toml.path.span(), message, "here", help));
        }
        Ok(HealthConfig {
            path: path.clone(),
            interval: Duration::from_millis(self.in_range(&toml.interval_ms, 10..=3_600_000, 5_000)?),
            timeout: Duration::from_millis(toml.timeout_ms.unwrap_or(2_000)),
            healthy: self.in_range(&toml.healthy, 1..=100, 2)?,
            unhealthy: self.in_range(&toml.unhealthy, 1..=100, 3)?,
        })
    }
}
