//! What comes from the plugins.

use std::sync::Arc;
use std::time::Duration;

use super::api::Registration;
use super::consent::Ask;
use super::outcome::Outcome;
use super::runner::Answered;
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
        registration: Arc<Registration>,
    },
    /// It asks for what nobody has allowed it yet.
    Asks(Ask),
    /// It was stopped or put in quarantine: what it has registered and shows goes.
    Gone(PluginId),
    /// Its settings are others now.
    Configured {
        /// The plugin.
        plugin: PluginId,
        /// The settings, JSON text.
        settings: String,
    },
    /// A call has ended.
    Ended {
        /// The plugin.
        plugin: PluginId,
        /// What it has answered and changed, or why it did not.
        result: Result<(Answered, Box<Outcome>), Failure>,
    },
    /// Something that a person should know.
    Said(Message),
}

/// Why a call came to nothing. It has changed nothing.
#[derive(Debug)]
pub enum Failure {
    /// It failed, and the plugin has started anew: what it knew is gone, and so is what it showed.
    Failed(String),
    /// The plugin rests after a failure, for so long: the call can be made again then.
    Resting(Duration),
    /// It was stopped, or is in quarantine. Whoever did that has said so.
    Refused,
}
