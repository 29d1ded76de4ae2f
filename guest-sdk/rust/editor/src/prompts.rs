//! Questions to the user. The answer arrives as [`Event::Answered`](crate::Event::Answered), with the ticket that asking returned.
//!
//! Request the import in `plugin.toml`: `imports = ["witdock:editor/prompts"]`. On other targets than
//! WebAssembly no answer arrives, and every ticket is 0.

pub use crate::bindings::witdock::editor::prompts::{AskError, Choice, ChoiceQuestion, TextQuestion};

use crate::bindings::witdock::editor::prompts as host;
use crate::{Span, Ticket};

impl TextQuestion {
    /// A question with an empty line.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), initial: String::new(), placeholder: String::new() }
    }

    /// Sets the initial text of the line.
    #[must_use]
    pub fn initial(mut self, text: impl Into<String>) -> Self {
        self.initial = text.into();
        self
    }

    /// Sets a hint, shown in grey while the line is empty.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = text.into();
        self
    }

    /// Asks the question.
    ///
    /// # Errors
    ///
    /// [`AskError::TooMany`] if the plugin has too many open questions.
    pub fn ask(&self) -> Result<Ticket, AskError> {
        if cfg!(target_family = "wasm") { host::ask(self) } else { Ok(0) }
    }
}

impl ChoiceQuestion {
    /// A question with these choices.
    pub fn new(title: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self { title: title.into(), choices }
    }

    /// Asks the question.
    ///
    /// # Errors
    ///
    /// [`AskError::TooMany`] if the plugin has too many open questions; [`AskError::Choices`] if there are no choices or
    /// too many.
    pub fn pick(&self) -> Result<Ticket, AskError> {
        if cfg!(target_family = "wasm") { host::pick(self) } else { Ok(0) }
    }
}

impl Choice {
    /// A choice with this label.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), detail: Vec::new() }
    }

    /// Adds details.
    #[must_use]
    pub fn detail(mut self, detail: Vec<Span>) -> Self {
        self.detail = detail;
        self
    }
}

/// Withdraws a question.
pub fn withdraw(question: Ticket) {
    if cfg!(target_family = "wasm") {
        host::withdraw(question);
    }
}
