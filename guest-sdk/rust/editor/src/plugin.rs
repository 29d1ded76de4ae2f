//! The traits that a plugin implements.

use crate::{
    ActivateError, CommandError, Completion, Document, DocumentVersion, Edit, Event, Focus, FormatError,
    HoverText, ProcessEvent, Registration, Ticket, files::Failure, folder::FolderEvent, language::Request,
    topics::Message, work::Next,
};
use serde::{Serialize, de::DeserializeOwned};

/// A plugin of the editor.
///
/// Only [`new`](Self::new) and [`registration`](Self::registration) are required: the editor calls nothing that is not
/// registered. The value lives as long as the generation. [`export!`](crate::export) exports it as a component.
pub trait Plugin: Sized + 'static {
    /// The plugin's settings, from the editor's configuration; [`NoSettings`] if there are none. Mark the
    /// type `#[serde(deny_unknown_fields)]`, so that unknown names are refused, and give each field a default, so
    /// that the plugin runs without any settings.
    type Settings: DeserializeOwned;

    /// Starts the plugin.
    ///
    /// # Errors
    ///
    /// [`ActivateError`], which the user sees. Settings that serde refuses become one automatically.
    fn new(settings: Self::Settings) -> Result<Self, ActivateError>;

    /// Registers commands, events and abilities.
    fn registration(&self) -> Registration;

    /// Runs a registered command. All its edits are one undo step.
    ///
    /// # Errors
    ///
    /// [`CommandError`], which the user sees. The command's edits and selections are then discarded.
    fn run_command(&mut self, name: &str, argument: Option<&str>) -> Result<(), CommandError> {
        let _ = argument;
        Err(CommandError::NoSuchCommand(name.to_owned()))
    }

    /// Handles a subscribed event, or the answer to a question, a timer or a job.
    /// [`Event::SettingsChanged`] goes to [`reconfigure`](Self::reconfigure) instead.
    fn on_event(&mut self, event: Event) {
        let _ = event;
    }

    /// Applies new settings, if the plugin has subscribed to
    /// [`EventKinds::SETTINGS_CHANGED`](crate::EventKinds::SETTINGS_CHANGED). Otherwise the plugin is restarted, which is
    /// right if [`new`](Self::new) checks settings or the registration depends on them. Settings that serde refuses are logged as
    /// an error, and the previous ones stay in use.
    fn reconfigure(&mut self, settings: Self::Settings) {
        let _ = settings;
    }

    /// Returns the edits that format a document, in any order, if the plugin
    /// [formats](Registration::formats).
    ///
    /// # Errors
    ///
    /// [`FormatError`], which the user sees. The document is saved anyway.
    fn format(&mut self, document: &Document) -> Result<Vec<Edit>, FormatError> {
        let _ = document;
        Ok(Vec::new())
    }

    /// Returns completions at this offset, the best first, if the plugin [completes](Registration::completes).
    fn complete(&mut self, document: &Document, at: usize) -> Vec<Completion> {
        let _ = (document, at);
        Vec::new()
    }

    /// Returns information about this offset, if the plugin [hovers](Registration::hovers).
    fn hover(&mut self, document: &Document, at: usize) -> Option<HoverText> {
        let _ = (document, at);
        None
    }
}

/// A plugin that runs programs and hears of them: `export!(Type, processes)`. See [`processes`](crate::processes).
pub trait ProcessOwner: Plugin {
    /// Handles an event of a process. It may edit.
    fn on_process(&mut self, event: ProcessEvent);
}

/// A plugin that opens, makes or saves documents and hears how that ends: `export!(Type, files)`. See [`files`](crate::files).
pub trait FileOwner: Plugin {
    /// Handles the answer to a request: the document that was opened, made or saved. It may edit.
    fn on_file(&mut self, request: Ticket, outcome: Result<DocumentVersion, Failure>);
}

/// A plugin that does long work in steps, and hears when the user cancels it: `export!(Type, work)`. See [`work`](crate::work).
pub trait Worker: Plugin {
    /// Does a part of the work: a tenth of a second or less. It may edit.
    fn step(&mut self, work: Ticket) -> Next;

    /// The user has cancelled the work. No step follows.
    fn cancelled(&mut self, work: Ticket) {
        let _ = work;
    }
}

/// A plugin that edits before documents are saved, after all formatting: `export!(Type, before_save)`. It concerns the registered languages.
pub trait SaveHook: Plugin {
    /// Returns the edits to make, in any order.
    ///
    /// # Errors
    ///
    /// A text that the user sees. The document is saved without the edits.
    fn before_save(&mut self, document: &Document) -> Result<Vec<Edit>, String>;
}

/// A plugin that hears of changes of the focus: `export!(Type, focus)`.
pub trait FocusFollower: Plugin {
    /// Handles a change. It may edit.
    fn on_focus(&mut self, focus: Focus);
}

/// A plugin that hears messages of other plugins: `export!(Type, topics)`. See [`topics`](crate::topics).
pub trait Subscriber: Plugin {
    /// Handles a message. It may edit.
    fn on_message(&mut self, message: Message);
}

/// A plugin that hears when a mode of it ends without it: `export!(Type, modes)`. See [`keys`](crate::keys).
pub trait ModeOwner: Plugin {
    /// The user has left the mode, or another plugin has turned on one of its own.
    fn mode_left(&mut self, mode: String);
}

/// A plugin that follows the files of the workspace folder: `export!(Type, folder)`. See [`folder`](crate::folder).
pub trait FolderFollower: Plugin {
    /// Handles an event. It may edit.
    fn on_folder(&mut self, event: FolderEvent);
}

/// A plugin that is asked about code, by what it has offered: `export!(Type, language)`. See [`language`](crate::language).
pub trait LanguageProvider: Plugin {
    /// Takes a request, which is answered now or later.
    fn ask(&mut self, request: Request);

    /// Nobody waits for the answer any more.
    fn withdraw(&mut self, request: Ticket) {
        let _ = request;
    }
}

/// A plugin whose state survives a reload: `export!(Type, state)`.
///
/// The new generation starts with [`Plugin::new`], as usual, and then receives the state.
pub trait Stateful: Plugin {
    /// The state. It is passed as JSON between two versions of the plugin, so a new field needs
    /// `#[serde(default)]`.
    type State: Serialize + DeserializeOwned;

    /// Returns the state. Called between two calls.
    fn state(&self) -> &Self::State;

    /// Takes over the state of an earlier generation.
    ///
    /// # Errors
    ///
    /// A text for the plugin's author if the plugin cannot use the state. The old generation then keeps serving.
    fn restore(&mut self, state: Self::State) -> Result<(), String>;
}

/// The settings of a plugin that has none. Every setting is refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoSettings {}
