//! `wasi:config/store`: the settings that the host has for a plugin.

use std::sync::Arc;

use wasmtime::component::Linker;
use wasmtime_wasi_config::{WasiConfig, WasiConfigVariables};

use super::host_state::HostState;
use crate::grants::{CapabilityKind, Granted, Provision};

/// The settings of an instance. Without a grant it has none.
#[derive(Clone)]
pub(crate) struct Config(Arc<WasiConfigVariables>);

impl Config {
    pub(crate) fn new(granted: &Granted) -> Self {
        let mut variables = WasiConfigVariables::new();
        for grant in &granted.grants {
            if let Provision::Settings(settings) = &grant.provision {
                for (key, value) in settings {
                    variables.insert(key, value);
                }
            }
        }
        Self(Arc::new(variables))
    }
}

/// Links `wasi:config`. Each look at a setting counts as a use.
///
/// # Errors
///
/// When the linker refuses a definition.
pub(super) fn link<S: Send + 'static>(linker: &mut Linker<HostState<S>>) -> wasmtime::Result<()> {
    wasmtime_wasi_config::add_to_linker(linker, |host: &mut HostState<S>| {
        host.uses.count(CapabilityKind::Config);
        WasiConfig::from(&*host.config.0)
    })
}
