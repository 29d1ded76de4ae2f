//! What the host tells the session about plugins, and what the session can ask it to do with them.

use std::sync::Arc;
use std::time::Duration;

use super::api::Registration;
use super::call::Ticket;
use super::consent::Ask;
use super::outcome::Outcome;
use super::process::Happened;
use super::report::Health;
use super::runner::Answered;
use crate::message::Message;

slotmap::new_key_type! {
    /// The key of a plugin that a [`Host`](super::Host) has loaded. A key never comes to name another plugin.
    pub struct PluginId;
}

/// Something that has happened to a plugin.
#[derive(Debug)]
pub enum News {
    /// A generation serves.
    Serving {
        /// The plugin's key.
        plugin: PluginId,
        /// The plugin's name.
        name: String,
        /// The commands, events and abilities that it has registered.
        registration: Arc<Registration>,
        /// What it exports in addition.
        exports: Exports,
    },
    /// A plugin asks for grants that the person has not decided about.
    Asks(Ask),
    /// A plugin stands otherwise than before: it is being built, serves, has failed, and so on.
    Stands {
        /// The plugin's key.
        plugin: PluginId,
        /// How it stands.
        stand: Stand,
    },
    /// A plugin was stopped, disabled or quarantined. What it has registered and shows is removed.
    Retired(PluginId),
    /// A plugin was unloaded, and its source is no longer among the plugins.
    Removed(PluginId),
    /// A plugin has new settings.
    Configured {
        /// The plugin's key.
        plugin: PluginId,
        /// The settings: JSON text, an object.
        settings: String,
    },
    /// A call has ended.
    Ended {
        /// The plugin's key.
        plugin: PluginId,
        /// The plugin's answer and its changes, or the reason why there are none.
        result: Result<(Answered, Box<Outcome>), Failure>,
    },
    /// A process of a plugin has done something.
    Process {
        /// The plugin's key.
        plugin: PluginId,
        /// The process's number.
        process: Ticket,
        /// What it has done.
        happened: Happened,
    },
    /// A message for the person.
    Message(Message),
}

/// What a plugin exports in addition to what all plugins do, and hears of without asking for it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exports {
    /// It edits before a save.
    pub save_events: bool,
    /// It hears of changes of the focus.
    pub focus_events: bool,
}

/// How a plugin stands, in short. A [`Report`](super::Report) says more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stand {
    /// The plugin's name.
    pub name: String,
    /// Whether it works.
    pub health: Health,
    /// Whether its folder is being built, for its first generation or the next one.
    pub is_building: bool,
}

/// The reason why a call has no outcome. It has changed nothing.
#[derive(Debug)]
pub enum Failure {
    /// The call failed, and the plugin's instance was dropped. The next one knows nothing.
    Failed(String),
    /// The plugin is backing off after a failure. It can be called again after this time.
    BackingOff(Duration),
    /// The plugin is stopped or quarantined, which another message has told.
    Refused,
}

/// Something to do with a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PluginAction {
    /// Stop it: the call under way ends, and no others are made.
    Stop,
    /// Start it again after a stop or a quarantine.
    Revive,
    /// Read its source again, and build it.
    Reload,
    /// Restart the serving generation, with its new settings.
    Restart,
    /// Grant what it asks for, now and in later sessions.
    Allow,
    /// Stop it, and load it no more in later sessions.
    Disable,
    /// Load it again after it was disabled.
    Enable,
    /// Forget its grants, and ask for them again.
    Revoke,
}
