#![allow(dead_code, reason = "not every test needs all of it")]
pub(crate) mod client;
pub(crate) mod http2;
pub(crate) mod server;
pub(crate) mod tls;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use witdock_proxy::Proxy;
use witdock_proxy::config::Config;

pub(crate) use client::Client;
pub(crate) use server::Server;

/// No test waits longer for what has to come.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The configuration of a text, with `threads = 2`.
pub(crate) fn config(text: &str) -> Config {
    let text = format!("threads = 2\n{text}");
    Config::parse(Path::new("proxy.toml"), text).unwrap_or_else(|error| panic!("{error:?}"))
}

/// Starts a proxy, and gives the address of its first listener.
pub(crate) async fn start(text: &str) -> (Proxy, SocketAddr) {
    let proxy = Proxy::start(config(text)).await.unwrap();
    let address = proxy.addresses()[0];
    (proxy, address)
}

pub(crate) const LISTENER: &str = "[[listener]]\naddress = \"127.0.0.1:0\"\n";

/// A listener, and one route for everything to one cluster.
pub(crate) fn to(server: SocketAddr) -> String {
    format!("{LISTENER}[[route]]\ncluster = \"a\"\n[cluster.a]\nendpoints = [\"http://{server}\"]\n")
}

/// Waits, but not for ever.
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it takes too long")
}
