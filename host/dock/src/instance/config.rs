//! `wasi:config/store`: the settings that the host has for a plugin.

use std::sync::Arc;

use wasmtime_wasi_config::{WasiConfig, WasiConfigVariables};

use crate::grants::{Granted, Provision};

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

    /// The view that host functions read.
    pub(crate) fn view(&self) -> WasiConfig<'_> {
        WasiConfig::from(&*self.0)
    }
}
