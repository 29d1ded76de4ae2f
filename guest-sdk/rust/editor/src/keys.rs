//! Keys that count only somewhere: in a language, in a panel of the plugin, or in a mode of it.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/key-contexts"]`. On other targets than WebAssembly nothing is bound.
//!
//! ```no_run
//! use witdock_editor_guest::keys::{Binding, bind, set_mode};
//!
//! bind(&[
//!     Binding::in_language("markdown", "alt-a", "align"),
//!     Binding::in_panel("tasks", "d", "done"),
//!     Binding::in_mode("table", "tab", "next-cell"),
//! ])?;
//! // In a command that the user has run.
//! set_mode(Some("table"));
//! # Ok::<(), witdock_editor_guest::CommandError>(())
//! ```

pub use crate::bindings::witdock::editor::key_contexts::{Binding, BindingError, Context};

use crate::bindings::witdock::editor::key_contexts as host;

impl Binding {
    fn new(keys: &str, command: &str, context: Context) -> Self {
        Self { keys: keys.to_owned(), command: command.to_owned(), context }
    }

    /// Keys that count in documents of a language.
    pub fn in_language(language: &str, keys: &str, command: &str) -> Self {
        Self::new(keys, command, Context::Language(language.to_owned()))
    }

    /// Keys that count in a panel. The command gets the number of the chosen line as its argument.
    pub fn in_panel(panel: &str, keys: &str, command: &str) -> Self {
        Self::new(keys, command, Context::Panel(panel.to_owned()))
    }

    /// Keys that count in a mode.
    pub fn in_mode(mode: &str, keys: &str, command: &str) -> Self {
        Self::new(keys, command, Context::Mode(mode.to_owned()))
    }
}

/// Replaces all keys of the plugin that count only somewhere.
///
/// # Errors
///
/// [`BindingError`].
pub fn bind(bindings: &[Binding]) -> Result<(), BindingError> {
    if cfg!(target_family = "wasm") { host::bind(bindings) } else { Ok(()) }
}

/// Turns a mode on, in a command that the user has run, or the plugin's mode off.
pub fn set_mode(mode: Option<&str>) {
    if cfg!(target_family = "wasm") {
        host::set_mode(mode);
    }
}
