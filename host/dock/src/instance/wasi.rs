//! The WASI context of one instance, with the granted capabilities.

use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use super::host_state::HostState;
use super::log_sink::LogSink;
use super::stdio::LogStream;
use super::stepping::Stepping;
use super::sync_io;
use crate::grants::{Access, Capability, CapabilityKind, Grant, Granted, NetworkHost, Provision};

/// A seed for hash tables, the same in every run: unpredictable randomness has to be granted.
const FIXED_SEED: u128 = 0x7769_7464_6f63_6b00_7769_7464_6f63_6b01;

/// Links WASI 0.2. A guest that must not wait gets a version whose functions return at once or fail.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(crate) fn link<S: Send + 'static>(
    linker: &mut Linker<HostState<S>>,
    stepping: Stepping,
) -> wasmtime::Result<()> {
    match stepping {
        Stepping::Yields => wasmtime_wasi::p2::add_to_linker_async(linker),
        Stepping::Continues => {
            wasmtime_wasi::p2::add_to_linker_sync(linker)?;
            linker.allow_shadowing(true);
            sync_io::link(linker)?;
            linker.allow_shadowing(false);
            Ok(())
        }
    }
}

/// Builds the context. Everything that is not set here is denied by wasmtime-wasi's own defaults: no folders, no
/// environment, no arguments, no sockets, no name look-up, closed stdio.
///
/// # Errors
///
/// When a granted folder cannot be opened.
pub(crate) fn context(granted: &Granted, log: &LogSink) -> wasmtime::Result<WasiCtx> {
    let mut builder = WasiCtxBuilder::new();
    let mut hosts = Vec::new();
    for Grant { capability, provision } in &granted.grants {
        match (capability, provision) {
            (Capability::Env(name), Provision::Value(value)) => drop(builder.env(name, value)),
            (Capability::Folder { path, access }, Provision::Folder(host)) => {
                let permissions = match access {
                    Access::ReadOnly => FsPerms::ReadOnly,
                    Access::ReadWrite => FsPerms::ReadWrite,
                };
                builder.preopened_dir(host, path, permissions).map_err(|error| {
                    error.context(format!("the granted folder {} cannot be opened", host.display()))
                })?;
            }
            (Capability::Network(host), _) => hosts.push(host.clone()),
            (Capability::Stdio, _) => {
                builder.stdout(LogStream::stdout(log.clone()));
                builder.stderr(LogStream::stderr(log.clone()));
            }
            // Handled by the linker, or without a setting in the context.
            _ => {}
        }
    }
    if !granted.has(CapabilityKind::Random) {
        builder.insecure_random_seed(FIXED_SEED);
        builder.insecure_random(wasmtime_wasi::Deterministic::new(FIXED_SEED.to_le_bytes().to_vec()));
    }
    if !hosts.is_empty() {
        allow_network(&mut builder, hosts.into());
    }
    Ok(builder.build())
}

fn allow_network(builder: &mut WasiCtxBuilder, hosts: Arc<[NetworkHost]>) {
    builder.allow_tcp(true).allow_udp(true).allow_ip_name_lookup(true);
    builder.socket_addr_check(move |address, purpose| {
        let hosts = hosts.clone();
        Box::pin(async move {
            match purpose {
                SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => {
                    for host in hosts.iter() {
                        if host.has(address).await {
                            return true;
                        }
                    }
                    false
                }
                // Every connection begins by binding to any free port; binding to a fixed port is for servers.
                SocketAddrUse::TcpBind | SocketAddrUse::UdpBind => {
                    address.ip().is_unspecified() && address.port() == 0
                }
                SocketAddrUse::TcpListen | SocketAddrUse::TcpAccept => false,
            }
        })
    });
}
