//! What a plugin's author writes.

use crate::{
    ActivateError, CommandError, Completion, Document, Edit, Event, FormatError, HoverText, Registration,
};
use serde::{Serialize, de::DeserializeOwned};

/// A plugin of the editor.
///
/// Only [`new`](Self::new) and [`registration`](Self::registration) have to be written: what a plugin has not registered
/// is never called. The value lives as long as the generation does; what it holds between calls is its state.
/// [`export!`](crate::export) makes a component of it.
pub trait Plugin: Sized + 'static {
    /// The plugin's settings, as the editor's configuration gives them: [`NoSettings`] if there are none. Mark the
    /// type `#[serde(deny_unknown_fields)]`, so that a misspelt name is refused, and give each field a default, so
    /// that the plugin runs before anybody has written a setting.
    type Settings: DeserializeOwned;

    /// Starts the plugin.
    ///
    /// # Errors
    ///
    /// [`ActivateError`], for the person whose editor it is. Settings that serde refuses come to that by themselves.
    fn new(settings: Self::Settings) -> Result<Self, ActivateError>;

    /// What it does: its commands, what it wants to hear of, what it can be asked for.
    fn registration(&self) -> Registration;

    /// Runs a command that was registered. All its edits are one step to undo.
    ///
    /// # Errors
    ///
    /// [`CommandError`], for the person who runs it. Its edits and selections are dropped then.
    fn run_command(&mut self, name: &str, argument: Option<&str>) -> Result<(), CommandError> {
        let _ = argument;
        Err(CommandError::NoSuchCommand(name.to_owned()))
    }

    /// Hears of an event that was subscribed to, or of the answer to a question, a timer or a job.
    /// [`Event::SettingsChanged`] comes to [`reconfigure`](Self::reconfigure) instead.
    fn on_event(&mut self, event: Event) {
        let _ = event;
    }

    /// Takes over new settings, in a plugin that has subscribed to
    /// [`EventKinds::SETTINGS_CHANGED`](crate::EventKinds::SETTINGS_CHANGED). One that has not is started anew instead, which is
    /// right wherever settings are checked in [`new`](Self::new) or decide what is registered. Settings that serde refuses are an
    /// error in the log, and the old ones stay.
    fn reconfigure(&mut self, settings: Self::Settings) {
        let _ = settings;
    }

    /// Gives the edits that make a document well formatted, in any order, for a plugin that
    /// [formats](Registration::formats).
    ///
    /// # Errors
    ///
    /// [`FormatError`], for the person who saves. The document is saved all the same.
    fn format(&mut self, document: &Document) -> Result<Vec<Edit>, FormatError> {
        let _ = document;
        Ok(Vec::new())
    }

    /// Gives the ways to go on at this offset, best first, for a plugin that [completes](Registration::completes).
    fn complete(&mut self, document: &Document, at: usize) -> Vec<Completion> {
        let _ = (document, at);
        Vec::new()
    }

    /// Says something about this offset, for a plugin that [hovers](Registration::hovers).
    fn hover(&mut self, document: &Document, at: usize) -> Option<HoverText> {
        let _ = (document, at);
        None
    }
}

/// A plugin whose state outlives a reload: `export!(Type, state)`.
///
/// The new generation starts as any does, with [`Plugin::new`], and is then given the state.
pub trait Stateful: Plugin {
    /// What is handed over. It travels as JSON between two versions of the plugin: a field that is new needs
    /// `#[serde(default)]`.
    type State: Serialize + DeserializeOwned;

    /// The state, between two calls.
    fn state(&self) -> &Self::State;

    /// Takes over the state of an earlier generation.
    ///
    /// # Errors
    ///
    /// The text for the plugin's author, when the plugin cannot go on from it. The old generation goes on serving.
    fn restore(&mut self, state: Self::State) -> Result<(), String>;
}

/// The settings of a plugin that has none: any that are written are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}
