//! What loads filters, and what they share beyond one configuration.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use tokio::sync::OnceCell;
use witdock::{Dock, DockError};

use super::loaded::{FilterError, FilterSettings, LoadedFilter};
use super::lock;
use super::queues::Queues;
use super::shared_data::SharedData;

/// What loads filters. A proxy has one.
#[derive(Default)]
pub(crate) struct Plugins {
    /// Made with the first filter: a proxy without any pays for none.
    dock: OnceCell<Dock>,
    scopes: Mutex<HashMap<String, Arc<SharedData>>>,
    pub(super) queues: Arc<Queues>,
}

/// The filters of a configuration, by name.
pub(crate) type Filters = HashMap<String, Arc<LoadedFilter>>;

impl Plugins {
    /// The data that filters of this scope share.
    pub(super) fn scope(&self, name: &str) -> Arc<SharedData> {
        lock(&self.scopes).entry(name.to_owned()).or_default().clone()
    }

    /// The dock of the proxy, for its applications too.
    pub(crate) async fn dock(&self) -> Result<&Dock, DockError> {
        self.dock.get_or_try_init(async || Dock::new()).await
    }

    /// Loads the filters of a configuration. Those of the one before that have the same settings are kept, with their generations and instances.
    pub(crate) async fn load(
        &self,
        settings: impl Iterator<Item = &FilterSettings>,
        threads: usize,
        before: &Filters,
    ) -> Result<Filters, FilterError> {
        let mut filters = Filters::new();
        for settings in settings {
            let same = before.get(&settings.name).filter(|filter| filter.settings == *settings);
            let filter = match same {
                Some(same) => same.clone(),
                None => {
                    let dock = self.dock().await.map_err(FilterError::Dock)?;
                    LoadedFilter::load(dock, self, threads, settings.clone()).await?
                }
            };
            filters.insert(settings.name.clone(), filter);
        }
        Ok(filters)
    }

    /// Drops the data of scopes that no filter has.
    pub(crate) fn keep_only(&self, filters: &Filters) {
        let used: HashSet<_> = filters.values().map(|filter| filter.settings.scope.as_str()).collect();
        lock(&self.scopes).retain(|name, _| used.contains(name.as_str()));
    }
}
