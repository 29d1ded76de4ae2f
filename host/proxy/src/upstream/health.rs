//! Asks servers whether they work.

use std::sync::Arc;

use bytes::Bytes;
use http::{Request, header};
use http_body_util::Empty;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::JoinSet;

use super::cluster::{Cluster, Server};
use super::connect::connect;
use crate::config::HealthConfig;

/// Checks of a cluster's servers, which end when this is dropped.
pub(crate) struct HealthChecks {
    cluster: Arc<Cluster>,
    _tasks: JoinSet<()>,
}

impl HealthChecks {
    /// Begins to check, if the cluster's configuration asks for it.
    pub(crate) fn start(cluster: &Arc<Cluster>) -> Option<Self> {
        let health = cluster.config.health.as_ref()?;
        let mut tasks = JoinSet::new();
        for index in 0..cluster.servers.len() {
            tasks.spawn(check_for_ever(Arc::clone(cluster), index, health.clone()));
        }
        Some(Self { cluster: Arc::clone(cluster), _tasks: tasks })
    }

    pub(crate) fn cluster(&self) -> &Arc<Cluster> {
        &self.cluster
    }
}

/// Successes or failures in a row.
#[derive(Debug, Default)]
struct Row {
    successes: u32,
    failures: u32,
}

impl Row {
    /// Counts a result, and gives what the server is from now on, if that is decided.
    fn count(&mut self, success: bool, health: &HealthConfig) -> Option<bool> {
        if success {
            *self = Self { successes: self.successes.saturating_add(1), failures: 0 };
            (self.successes >= health.healthy).then_some(true)
        } else {
            *self = Self { successes: 0, failures: self.failures.saturating_add(1) };
            (self.failures >= health.unhealthy).then_some(false)
        }
    }
}

async fn check_for_ever(cluster: Arc<Cluster>, index: usize, health: HealthConfig) {
    let Some(server) = cluster.servers.get(index) else { return };
    let mut row = Row::default();
    let mut ticks = tokio::time::interval(health.interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let result = match tokio::time::timeout(health.timeout, check(&cluster, server, &health)).await {
            Ok(result) => result,
            Err(_) => Err(format!("no answer within {:?}", health.timeout)),
        };
        if let Err(why) = &result {
            server.note_failure(why);
        }
        let Some(healthy) = row.count(result.is_ok(), &health) else { continue };
        if healthy != server.is_healthy() {
            server.set_healthy(healthy);
            match result {
                Ok(()) => tracing::warn!(cluster = cluster.name, server = %server.endpoint, "healthy again"),
                Err(why) => {
                    tracing::warn!(cluster = cluster.name, server = %server.endpoint, "unhealthy: {why}");
                }
            }
        }
    }
}

/// One request on a connection of its own: it also finds out whether the server takes connections.
async fn check(cluster: &Cluster, server: &Server, health: &HealthConfig) -> Result<(), String> {
    let text = |error: hyper::Error| error.to_string();
    let (stream, _) = connect(cluster, &server.endpoint).await.map_err(|error| error.to_string())?;
    let io = TokioIo::new(stream);
    let target = server.endpoint.target.to_string();
    let host = cluster.config.host.as_ref().map_or(target.as_str(), http::uri::Authority::as_str);
    let request = Request::builder().header(header::USER_AGENT, "witdock-proxy");
    let status = if cluster.config.http2 {
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), io).await.map_err(text)?;
        let scheme = if server.endpoint.tls { "https" } else { "http" };
        let request = request.uri(format!("{scheme}://{host}{}", health.path)).body(Empty::<Bytes>::new());
        let request = request.map_err(|error| error.to_string())?;
        let response = async { sender.send_request(request).await.map(|response| response.status()) };
        tokio::pin!(connection);
        tokio::select! {
            response = response => response.map_err(text)?,
            ended = &mut connection => return Err(ended.err().map_or_else(|| "closed".to_owned(), text)),
        }
    } else {
        let (mut sender, connection) = http1::handshake(io).await.map_err(text)?;
        let request = request
            .uri(health.path.as_str())
            .header(header::HOST, host)
            .header(header::CONNECTION, "close")
            .body(Empty::<Bytes>::new())
            .map_err(|error| error.to_string())?;
        let (response, _) = tokio::join!(
            async {
                let response = sender.send_request(request).await.map(|response| response.status());
                drop(sender);
                response
            },
            connection
        );
        response.map_err(text)?
    };
    if (200..400).contains(&status.as_u16()) { Ok(()) } else { Err(format!("status {status}")) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_server_changes_after_results_in_a_row() {
        let health = HealthConfig {
            path: "/".to_owned(),
            interval: Duration::from_secs(1),
            timeout: Duration::from_secs(1),
            healthy: 2,
            unhealthy: 3,
        };
        let mut row = Row::default();
        let results = [false, false, true, false, false, false, true, false, true, true];
        let decided: Vec<_> = results.iter().map(|success| row.count(*success, &health)).collect();
        let nothing = None;
        assert_eq!(
            decided,
            [nothing, nothing, nothing, nothing, nothing, Some(false), nothing, nothing, nothing, Some(true)]
        );
    }
}
