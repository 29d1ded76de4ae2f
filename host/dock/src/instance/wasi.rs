//! The WASI context of one instance, with the granted capabilities.

use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime_wasi::sockets::SocketAddrUse;
use wasmtime_wasi::{FsPerms, WasiCtx, WasiCtxBuilder};

use super::host_state::HostState;
use super::log_sink::LogSink;
use super::names::Names;
use super::stdio::LogStream;
use super::stepping::Stepping;
use super::{counted, descriptors, folders, io_error, name_lookup, sync_io};
use crate::grants::{Access, Capability, CapabilityKind, Grant, Granted, NetworkHost, Provision, Uses};

/// A seed for hash tables, the same in every run: unpredictable randomness has to be granted.
const FIXED_SEED: u128 = 0x7769_7464_6f63_6b00_7769_7464_6f63_6b01;

/// Links WASI 0.2, with HTTP, key-value stores and settings where the features of those names are on. A guest that must not wait gets a version whose functions return at once or fail.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(crate) fn link<S: Send + 'static>(
    linker: &mut Linker<HostState<S>>,
    stepping: Stepping,
) -> wasmtime::Result<()> {
    match stepping {
        Stepping::Yields => {
            wasmtime_wasi::p2::add_to_linker_async(linker)?;
            linker.allow_shadowing(true);
            descriptors::link(linker)?;
            folders::link(linker)?;
            name_lookup::link(linker)?;
            counted::link(linker)?;
            io_error::link(linker)?;
            linker.allow_shadowing(false);
            #[cfg(feature = "http")]
            super::http::link(linker)?;
            link_chosen(linker)
        }
        Stepping::Continues => {
            wasmtime_wasi::p2::add_to_linker_sync(linker)?;
            linker.allow_shadowing(true);
            sync_io::link(linker)?;
            counted::link(linker)?;
            io_error::link(linker)?;
            linker.allow_shadowing(false);
            link_chosen(linker)
        }
    }
}

/// Links what an application chooses by features of this crate, and what never waits.
fn link_chosen<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    // Each look at a setting counts as a use.
    #[cfg(feature = "config")]
    wasmtime_wasi_config::add_to_linker(linker, |host: &mut HostState<S>| {
        host.uses.count(CapabilityKind::Config);
        host.config.view()
    })?;
    #[cfg(feature = "keyvalue")]
    super::keyvalue::link(linker)?;
    let _ = linker;
    Ok(())
}

/// Builds the context. Everything that is not set here is denied by wasmtime-wasi's own defaults: no folders, no
/// environment, no arguments, no sockets, no name look-up, closed stdio.
///
/// # Errors
///
/// When a granted folder cannot be opened.
pub(crate) fn context(
    granted: &Granted,
    log: &LogSink,
    names: &Arc<Names>,
    uses: &Arc<Uses>,
) -> wasmtime::Result<WasiCtx> {
    let mut builder = WasiCtxBuilder::new();
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
            (Capability::Stdio, _) => {
                builder.stdout(LogStream::stdout(log.clone(), uses.clone()));
                builder.stderr(LogStream::stderr(log.clone(), uses.clone()));
            }
            // Handled by the linker, or without a setting in the context.
            _ => {}
        }
    }
    if !granted.has(CapabilityKind::Random) {
        builder.insecure_random_seed(FIXED_SEED);
        builder.insecure_random(wasmtime_wasi::Deterministic::new(FIXED_SEED.to_le_bytes().to_vec()));
    }
    if granted.has(CapabilityKind::Network) {
        allow_network(&mut builder, names.clone());
    }
    Ok(builder.build())
}

/// The hosts on the network that are granted.
pub(crate) fn hosts(granted: &Granted) -> Vec<NetworkHost> {
    let hosts = granted.capabilities().filter_map(|capability| match capability {
        Capability::Network(host) => Some(host.clone()),
        _ => None,
    });
    hosts.collect()
}

fn allow_network(builder: &mut WasiCtxBuilder, names: Arc<Names>) {
    // Names are looked up by `name_lookup`, never by wasmtime-wasi.
    builder.allow_tcp(true).allow_udp(true).allow_ip_name_lookup(false);
    builder.socket_addr_check(move |address, purpose| {
        let names = names.clone();
        Box::pin(async move {
            match purpose {
                SocketAddrUse::TcpConnect | SocketAddrUse::UdpSend | SocketAddrUse::UdpReceive => {
                    names.permit(address).await
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
