//! The WASI context of one instance, holding what was granted.

use std::net::SocketAddr;
use std::sync::Arc;

use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use super::log_sink::LogSink;
use super::stdio::LogStream;
use crate::grants::{Access, Granted};

/// A seed for hash tables, the same in every run: unpredictable randomness has to be granted.
const FIXED_SEED: u128 = 0x7769_7464_6f63_6b00_7769_7464_6f63_6b01;

/// Builds the context. Everything that is not set here is denied by wasmtime-wasi's own defaults: no folders, no
/// environment, no arguments, no sockets, no name look-up, closed stdio.
///
/// # Errors
///
/// When a granted folder cannot be opened.
pub(crate) fn context(granted: &Granted, log: &LogSink) -> wasmtime::Result<WasiCtx> {
    let mut builder = WasiCtxBuilder::new();
    builder.envs(&granted.env);
    for folder in &granted.folders {
        let permissions = match folder.access {
            Access::ReadOnly => FsPerms::ReadOnly,
            Access::ReadWrite => FsPerms::ReadWrite,
        };
        builder.preopened_dir(&folder.host, &folder.path, permissions).map_err(|error| {
            error.context(format!("the granted folder {} cannot be opened", folder.host.display()))
        })?;
    }
    if granted.stdio {
        builder.stdout(LogStream::stdout(log.clone()));
        builder.stderr(LogStream::stderr(log.clone()));
    }
    if !granted.random {
        builder.insecure_random_seed(FIXED_SEED);
        builder.insecure_random(wasmtime_wasi::Deterministic::new(FIXED_SEED.to_le_bytes().to_vec()));
    }
    if !granted.network.is_empty() {
        let hosts: Arc<[String]> = granted.network.clone().into();
        builder.allow_tcp(true).allow_udp(true).allow_ip_name_lookup(true);
        builder.socket_addr_check(move |address, purpose| {
            let hosts = hosts.clone();
            Box::pin(async move {
                match purpose {
                    SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => {
                        resolves_to(&hosts, address).await
                    }
                    // Every connection begins by binding to any free port; a port of its own choice is for servers.
                    SocketAddrUse::TcpBind | SocketAddrUse::UdpBind => {
                        address.ip().is_unspecified() && address.port() == 0
                    }
                    SocketAddrUse::TcpListen | SocketAddrUse::TcpAccept => false,
                }
            })
        });
    }
    Ok(builder.build())
}

/// Whether one of the granted hosts has this address. Names are resolved for each connection, since their
/// addresses change.
async fn resolves_to(hosts: &[String], address: SocketAddr) -> bool {
    for host in hosts {
        let Some((name, port)) = host.rsplit_once(':') else { continue };
        if port != "*" && port.parse() != Ok(address.port()) {
            continue;
        }
        let name = name.trim_start_matches('[').trim_end_matches(']').to_owned();
        let lookup = tokio::task::spawn_blocking(move || {
            std::net::ToSocketAddrs::to_socket_addrs(&(name.as_str(), 0)).map(Iterator::collect::<Vec<_>>)
        });
        if let Ok(Ok(found)) = lookup.await
            && found.iter().any(|found| found.ip() == address.ip())
        {
            return true;
        }
    }
    false
}
