use std::sync::Arc;

use arrow_schema::SchemaRef;
use witdock::{Dock, Plugin};

use super::error::StageError;
use super::plugin::PluginStage;
use super::steps::StepsStage;
use crate::bindings::Transformer;
use crate::lookup::Lookups;
use crate::pipeline::{StageConfig, StageWork};
use crate::progress::Reporter;

/// A stage, loaded. One run at a time may use it.
#[derive(Debug, Clone)]
pub enum Stage {
    /// A plugin.
    Plugin(Arc<PluginStage>),
    /// Steps of the program itself.
    Steps(Arc<StepsStage>),
}

impl Stage {
    /// Loads the stage for an input with these columns.
    ///
    /// # Errors
    ///
    /// When the plugin cannot be loaded, is refused a grant, or does not accept its settings or its input.
    pub async fn load(
        dock: &Dock,
        config: &StageConfig,
        lookups: Arc<Lookups>,
        input: SchemaRef,
        reporter: &Reporter,
    ) -> Result<Self, StageError> {
        Ok(match &config.work {
            StageWork::Plugin(plugin) => {
                let stage = PluginStage::load(dock, config, plugin, lookups, input, reporter).await?;
                Self::Plugin(Arc::new(stage))
            }
            StageWork::Steps(steps) => Self::Steps(Arc::new(StepsStage::new(config, steps))),
        })
    }

    /// The stage's name in the pipeline.
    pub fn name(&self) -> &str {
        match self {
            Self::Plugin(stage) => stage.name(),
            Self::Steps(stage) => stage.name(),
        }
    }

    /// The stage's plugin, if it is one.
    pub fn plugin(&self) -> Option<&Plugin<Transformer>> {
        match self {
            Self::Plugin(stage) => Some(stage.plugin()),
            Self::Steps(_) => None,
        }
    }

    /// The names of its steps, if it has any.
    pub fn steps(&self) -> Vec<&'static str> {
        match self {
            Self::Plugin(_) => Vec::new(),
            Self::Steps(stage) => stage.names().collect(),
        }
    }

    /// Reloads its plugin, if it is one, whenever that changes.
    ///
    /// # Errors
    ///
    /// When the system cannot watch the plugin's source.
    pub fn watch(&self) -> Result<(), StageError> {
        match self {
            Self::Plugin(stage) => stage.watch(),
            Self::Steps(_) => Ok(()),
        }
    }
}
