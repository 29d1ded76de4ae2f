//! What comes from the plugins.

use super::call::Outcome;
use super::registered::Registered;
use crate::app::Message;

/// Which plugin: its place among those that were loaded.
pub type PluginId = usize;

/// What comes from the plugins.
#[derive(Debug)]
pub enum News {
    /// A generation serves: what it does.
    Serving {
        /// The plugin.
        plugin: PluginId,
        /// Its name.
        name: String,
        /// What it does.
        registered: Registered,
    },
    /// It was stopped or put in quarantine: what it has registered and shows goes.
    Gone(PluginId),
    /// A call has ended: what it has changed, or nothing.
    Ended {
        /// The plugin.
        plugin: PluginId,
        /// What it has changed.
        outcome: Outcome,
    },
    /// Something that a person should know.
    Said(Message),
}
