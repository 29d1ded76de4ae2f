use std::sync::Arc;

use super::error::SourceError;
use super::files::FileUnits;
use super::past::Past;
use super::plugin::{PluginUnits, SourcePlugin};
use super::query::QueryUnits;
use super::units::Units;
use crate::pipeline::{SourceConfig, SourceKind};

/// Opens a pipeline's source. Units in `past` are skipped. `plugin` is the source's plugin, loaded, if the source is one.
///
/// # Errors
///
/// When there is nothing to read, or the first unit cannot be opened.
pub fn open(
    source: &SourceConfig,
    past: Past,
    plugin: Option<&Arc<SourcePlugin>>,
) -> Result<Box<dyn Units>, SourceError> {
    Ok(match &source.kind {
        SourceKind::Files(files) => Box::new(FileUnits::open(files, past)?),
        SourceKind::Query(query) => Box::new(QueryUnits::open(query, past)?),
        SourceKind::Plugin(config) => match plugin {
            Some(plugin) => Box::new(PluginUnits::new(Arc::clone(plugin), config, past)),
            None => {
                let plugin = config.plugin.path.display().to_string();
                return Err(SourceError::Plugin { plugin, message: "it is not loaded".to_owned() });
            }
        },
    })
}
