use std::collections::HashMap;
use std::sync::Arc;

use crate::access_log::AccessLog;
use crate::application::Applications;
use crate::config::Config;
use crate::filter::{Filters, Plugins};
use crate::proxy::StartError;
use crate::upstream::Cluster;

/// A configuration with what its workers share. Clusters that did not change are those of the plan before, with the health of
/// their servers and their connections.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) config: Config,
    pub(crate) clusters: HashMap<String, Arc<Cluster>>,
    pub(crate) filters: Filters,
    pub(crate) access_log: Arc<AccessLog>,
    pub(crate) applications: Applications,
}

impl Plan {
    /// Prepares a configuration, except for its access log: a check must not make files.
    pub(crate) async fn new(
        config: Config,
        plugins: &Plugins,
        before: Option<&Self>,
    ) -> Result<Self, StartError> {
        let mut clusters = HashMap::new();
        for (name, cluster) in &config.clusters {
            let same = before
                .and_then(|before| before.clusters.get(name))
                .filter(|before| before.config == *cluster && !before.has_changed_files());
            let cluster = match same {
                Some(same) => Arc::clone(same),
                None => Arc::new(Cluster::new(name, cluster, config.threads)?),
            };
            clusters.insert(name.clone(), cluster);
        }
        let none = Filters::new();
        let filters_before = before.map_or(&none, |before| &before.filters);
        let filters = plugins.load(config.filters.values(), config.threads, filters_before).await?;
        Ok(Self {
            config,
            clusters,
            filters,
            access_log: Arc::new(AccessLog::off()),
            applications: Applications::default(),
        })
    }

    /// Opens the access log.
    pub(crate) fn open_log(&mut self) -> std::io::Result<()> {
        self.access_log = Arc::new(AccessLog::open(&self.config.access_log)?);
        Ok(())
    }
}
