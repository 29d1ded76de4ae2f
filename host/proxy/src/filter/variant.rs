//! One plugin of a filter, for all workers: the filter's own, its canary's or its shadow's.

use std::path::Path;
use std::sync::Arc;

use witdock::{Dock, Instances, Plugin, Source};

use super::guest::Guest;
use super::loaded::{FilterError, FilterSettings};
use super::state::{FilterState, Services};
use super::{news, proxy_wasm};

/// One plugin of a filter.
#[derive(Debug)]
pub struct Variant {
    /// The filter's name, with what it is beside the filter's own: `jwt`, `jwt (canary)`.
    pub(super) name: String,
    pub(super) plugin: Plugin<Guest>,
    pub(super) services: Arc<Services>,
    /// Whether what it orders is carried out. A shadow makes no calls.
    pub(super) has_effects: bool,
}

impl Variant {
    /// Loads a plugin for a filter, and reloads it when its files change.
    pub(super) async fn load(
        dock: &Dock,
        name: String,
        path: &Path,
        settings: &FilterSettings,
        services: Arc<Services>,
        has_effects: bool,
    ) -> Result<Arc<Self>, FilterError> {
        let source = Source::open(path).map_err(|error| FilterError::Source { name: name.clone(), error })?;
        let shared = services.clone();
        let builder = dock
            .plugin::<Guest>(source)
            .policy(settings.policy.clone())
            .limits(settings.limits.clone())
            .instances(Instances::Pool(1))
            .convert({
                let (options, policy) = (settings.proxy_wasm, settings.policy.clone());
                move |bytes| proxy_wasm::component(bytes, options, &policy)
            });
        news::follow(&name, &builder);
        let plugin = builder
            .load(move || FilterState::new(shared.clone()))
            .await
            .map_err(|error| FilterError::Load { name: name.clone(), error: Box::new(error) })?;
        plugin.watch().map_err(|error| FilterError::Watch { name: name.clone(), error })?;
        Ok(Arc::new(Self { name, plugin, services, has_effects }))
    }

    /// The filter's name, with what it is beside the filter's own: `jwt`, `jwt (canary)`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The plugin, for its status, statistics and events.
    pub fn plugin(&self) -> &Plugin<Guest> {
        &self.plugin
    }
}
