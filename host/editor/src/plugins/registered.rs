//! What a generation of a plugin has registered.

use super::bindings::exports::witdock::editor::plugin::{EventKinds, Registration};

/// What a generation of a plugin does.
#[derive(Debug, Default, Clone)]
pub struct Registered {
    /// Commands: names and titles.
    pub commands: Vec<(String, String)>,
    /// Whether it hears of opened documents.
    pub opened: bool,
    /// Whether it hears of changes.
    pub changed: bool,
    /// Whether it hears of saved documents.
    pub saved: bool,
    /// Whether it hears of pauses.
    pub idle: bool,
    /// The languages that its events are for; none means all.
    pub languages: Vec<String>,
}

impl From<&Registration> for Registered {
    fn from(registration: &Registration) -> Self {
        let command = |command: &super::bindings::exports::witdock::editor::plugin::Command| {
            (command.name.clone(), command.title.clone())
        };
        Self {
            commands: registration.commands.iter().map(command).collect(),
            opened: registration.events.contains(EventKinds::OPENED),
            changed: registration.events.contains(EventKinds::CHANGED),
            saved: registration.events.contains(EventKinds::SAVED),
            idle: registration.events.contains(EventKinds::IDLE),
            languages: registration.languages.clone(),
        }
    }
}
