//! A filter that all workers have: its plugin, and what its instances share.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderName;
use witdock::{Dock, DockError, Limits, LoadError, Policy, SourceError, WatchError};

use super::metrics::{Metrics, Reading};
use super::plugins::Plugins;
use super::queues::Queues;
use super::shadow::Comparison;
use super::shared_data::SharedData;
use super::state::Services;
use super::variant::Variant;

/// A filter as the configuration has it.
#[derive(Clone, Debug, PartialEq)]
pub struct FilterSettings {
    /// Its name.
    pub name: String,
    /// A component or a project's folder.
    pub plugin: PathBuf,
    /// What the filter gets as its settings.
    pub settings: Vec<u8>,
    /// What all filters of its scope get.
    pub shared_settings: Vec<u8>,
    /// The scope of shared data and queues.
    pub scope: String,
    /// The clusters that it may call.
    pub clusters: BTreeSet<String>,
    /// What it is granted beside the interfaces of `witdock:proxy`.
    pub policy: Policy,
    /// Memory, time and the like.
    pub limits: Limits,
    /// What happens to requests where it fails.
    pub on_failure: OnFailure,
    /// The most that it may hold of a body, bytes.
    pub most_held: usize,
    /// How long it may hold a request or a response.
    pub longest_pause: Duration,
    /// How it behaves if it is a Proxy-Wasm module.
    pub proxy_wasm: witdock_proxy_wasm::Options,
    /// A candidate that gets a share of the streams.
    pub canary: Option<CanarySettings>,
    /// A candidate that runs beside it without an effect: a component or a project's folder.
    pub shadow: Option<PathBuf>,
}

/// What happens to a request whose filter fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// It is answered with 503: a filter that guards something and fails must not let anything through.
    #[default]
    Closed,
    /// It goes on without the filter.
    Open,
}

/// A candidate that gets a share of the streams.
#[derive(Clone, Debug, PartialEq)]
pub struct CanarySettings {
    /// A component or a project's folder.
    pub plugin: PathBuf,
    /// Which streams it gets.
    pub share: Share,
}

/// Which streams a canary gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Share {
    /// So many in a hundred.
    Percent(u8),
    /// Those whose request has this header.
    Header(HeaderName),
}

/// A filter that all workers have.
#[derive(Debug)]
pub struct LoadedFilter {
    pub(super) settings: FilterSettings,
    pub(super) main: Arc<Variant>,
    pub(super) canary: Option<Canary>,
    pub(super) shadow: Option<Shadow>,
    paused_micros: AtomicU64,
}

/// A loaded canary.
#[derive(Debug)]
pub(super) struct Canary {
    pub(super) variant: Arc<Variant>,
    pub(super) settings: CanarySettings,
}

/// A loaded shadow, and what it has done otherwise than its filter.
#[derive(Debug)]
pub(super) struct Shadow {
    pub(super) variant: Arc<Variant>,
    pub(super) comparison: Arc<Comparison>,
}

/// Why a filter is not loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// No plugin can run on this machine.
    #[error(transparent)]
    Dock(DockError),
    /// The plugin is not there or is not one.
    #[error("filter `{name}`: {error}")]
    Source {
        /// The filter's name.
        name: String,
        /// Why.
        error: SourceError,
    },
    /// The plugin does not fit, is not granted what it needs, or does not start.
    #[error("filter `{name}`: {error}")]
    Load {
        /// The filter's name.
        name: String,
        /// Why.
        error: Box<LoadError>,
    },
    /// Its files cannot be watched.
    #[error("filter `{name}`: {error}")]
    Watch {
        /// The filter's name.
        name: String,
        /// Why.
        error: WatchError,
    },
}

impl LoadedFilter {
    /// Loads a filter with its candidates, and reloads each when its files change.
    pub(super) async fn load(
        dock: &Dock,
        plugins: &Plugins,
        threads: usize,
        settings: FilterSettings,
    ) -> Result<Arc<Self>, FilterError> {
        let name = settings.name.as_str();
        let services = |scope: &str, shared: Arc<SharedData>, queues: Arc<Queues>| {
            Arc::new(Services {
                name: name.into(),
                scope: scope.into(),
                shared,
                queues,
                metrics: Metrics::default(),
                clusters: settings.clusters.clone(),
                settings: settings.settings.clone(),
                shared_settings: settings.shared_settings.clone(),
                threads,
            })
        };
        let own = services(&settings.scope, plugins.scope(&settings.scope), plugins.queues.clone());
        let main =
            Variant::load(dock, name.to_owned(), &settings.plugin, &settings, own.clone(), true).await?;
        let canary = match &settings.canary {
            Some(canary) => {
                let name = format!("{name} (canary)");
                let variant = Variant::load(dock, name, &canary.plugin, &settings, own, true).await?;
                Some(Canary { variant, settings: canary.clone() })
            }
            None => None,
        };
        let shadow = match &settings.shadow {
            Some(path) => {
                // What it stores and sends is its own.
                let alone = services(&settings.scope, Arc::default(), Arc::default());
                let variant =
                    Variant::load(dock, format!("{name} (shadow)"), path, &settings, alone, false).await?;
                Some(Shadow { variant, comparison: Arc::default() })
            }
            None => None,
        };
        Ok(Arc::new(Self { main, canary, shadow, settings, paused_micros: AtomicU64::new(0) }))
    }

    /// The filter's name.
    pub fn name(&self) -> &str {
        &self.settings.name
    }

    /// Its plugins: its own first, then its canary's and its shadow's.
    pub fn variants(&self) -> impl Iterator<Item = &Arc<Variant>> {
        let canary = self.canary.iter().map(|canary| &canary.variant);
        std::iter::once(&self.main).chain(canary).chain(self.shadow.iter().map(|shadow| &shadow.variant))
    }

    /// For how long it has held requests and responses, all together.
    pub fn paused(&self) -> Duration {
        Duration::from_micros(self.paused_micros.load(Ordering::Relaxed))
    }

    pub(super) fn add_pause(&self, time: Duration) {
        self.paused_micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The metrics that it has defined, by their names.
    pub fn metrics(&self) -> Vec<(String, Reading)> {
        let metrics = self.main.services.metrics.all();
        metrics.iter().map(|metric| (metric.name.clone(), metric.reading())).collect()
    }

    /// What its shadow has done otherwise, if it has one.
    pub fn comparison(&self) -> Option<&Arc<Comparison>> {
        self.shadow.as_ref().map(|shadow| &shadow.comparison)
    }
}
