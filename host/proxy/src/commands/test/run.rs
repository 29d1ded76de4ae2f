//! Runs cases: the proxy on addresses of its own, in front of servers of the test.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use witdock_proxy::Proxy;
use witdock_proxy::config::{Config, Endpoint, Protocol, Target};

use super::case::{Case, Cases};
use super::outcome::{Got, Outcome};
use super::server::Servers;

/// How long a case may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs all cases, one after the other.
pub(super) async fn run(mut config: Config, cases: &Cases) -> anyhow::Result<Vec<Outcome>> {
    let servers = Servers::default();
    for (name, cluster) in &mut config.clusters {
        let address =
            servers.start(name, cluster.http2).await.context("cannot start the servers of the test")?;
        let target = Target { host: address.ip().to_string(), port: address.port() };
        cluster.endpoints = vec![Endpoint { target, tls: false }];
        cluster.health = None;
    }
    for case in &cases.case {
        if let Some(unknown) = case.clusters.keys().find(|name| !config.clusters.contains_key(*name)) {
            bail!(
                "the case `{}` names the cluster `{unknown}`, which {} does not have",
                case.name,
                config.path.display()
            );
        }
    }
    // A free port each, without TLS, which cases are not about.
    config.listeners.retain(|listener| listener.protocol == Protocol::Http);
    if config.listeners.is_empty() {
        bail!("{} has no listener that speaks HTTP", config.path.display());
    }
    for (listener, last) in config.listeners.iter_mut().zip(1..) {
        // Addresses of their own: a proxy knows its listeners by them.
        listener.address = SocketAddr::from((Ipv4Addr::new(127, 0, 0, last), 0));
        listener.certificates.clear();
        listener.client_roots = None;
    }
    config.drain = Duration::ZERO;
    let proxy = Proxy::start(config).await?;
    let addresses = proxy.addresses();
    let mut outcomes = Vec::new();
    for case in &cases.case {
        let number = case.listener.unwrap_or(1);
        let address = number.checked_sub(1).and_then(|at| addresses.get(at).copied());
        let Some(address) = address else {
            bail!(
                "the case `{}` names listener {number}; the configuration has {} that speak HTTP",
                case.name,
                addresses.len()
            );
        };
        servers.answer(
            case.clusters
                .iter()
                .map(|(name, answer)| (name.clone(), answer.clone()))
                .collect::<HashMap<_, _>>(),
        );
        let got = tokio::time::timeout(PATIENCE, send(address, case)).await;
        let got = match got {
            Ok(got) => got.map_err(|error| format!("{error:#}")),
            Err(_) => Err(format!("it took longer than {} s", PATIENCE.as_secs())),
        };
        outcomes.push(Outcome::new(case, got, &servers.seen()));
    }
    proxy.stop(Duration::ZERO).await;
    Ok(outcomes)
}

async fn send(address: SocketAddr, case: &Case) -> anyhow::Result<Got> {
    let stream = TcpStream::connect(address).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the response.
    tokio::spawn(connection);
    let request = &case.request;
    let mut builder = http::Request::builder()
        .method(request.method.as_str())
        .uri(request.path.as_str())
        .header(http::header::HOST, request.host.as_str());
    for (name, values) in &request.headers {
        for value in values.all() {
            builder = builder.header(name.as_str(), value.as_str());
        }
    }
    let request =
        builder.body(Full::new(Bytes::from(request.body.clone()))).context("the request is invalid")?;
    let response = sender.send_request(request).await?;
    let (head, body) = response.into_parts();
    let body = body.collect().await.context("the body broke")?.to_bytes();
    let body = String::from_utf8_lossy(&body).into_owned();
    Ok(Got { status: head.status.as_u16(), headers: head.headers, body })
}
