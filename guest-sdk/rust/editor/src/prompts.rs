//! Questions to a person. The answer comes as [`Event::Answered`](crate::Event::Answered), with the ticket that asking gave.
//!
//! A plugin asks for the import in its `plugin.toml`: `imports = ["witdock:editor/prompts"]`. On a target that is
//! not WebAssembly nobody answers, and every ticket is 0.

pub use crate::bindings::witdock::editor::prompts::{AskError, Choice, ChoiceQuestion, TextQuestion};

use crate::bindings::witdock::editor::prompts as host;
use crate::{Span, Ticket};

impl TextQuestion {
    /// Asks this, the line being empty.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), initial: String::new(), placeholder: String::new() }
    }

    /// The same with this in the line to begin with.
    #[must_use]
    pub fn initial(mut self, text: impl Into<String>) -> Self {
        self.initial = text.into();
        self
    }

    /// The same with this in grey while the line is empty.
    #[must_use]
    pub fn placeholder(mut self, text: impl Into<String>) -> Self {
        self.placeholder = text.into();
        self
    }

    /// Puts the question.
    ///
    /// # Errors
    ///
    /// [`AskError::TooMany`], when the plugin has too many questions open.
    pub fn ask(&self) -> Result<Ticket, AskError> {
        if cfg!(target_family = "wasm") { host::ask(self) } else { Ok(0) }
    }
}

impl ChoiceQuestion {
    /// Asks to choose one of these.
    pub fn new(title: impl Into<String>, choices: Vec<Choice>) -> Self {
        Self { title: title.into(), choices }
    }

    /// Puts the question.
    ///
    /// # Errors
    ///
    /// [`AskError::TooMany`], when the plugin has too many questions open; [`AskError::Choices`], when there is no choice or
    /// too much of it.
    pub fn pick(&self) -> Result<Ticket, AskError> {
        if cfg!(target_family = "wasm") { host::pick(self) } else { Ok(0) }
    }
}

impl Choice {
    /// A choice with this label.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), detail: Vec::new() }
    }

    /// The same with more about it.
    #[must_use]
    pub fn detail(mut self, detail: Vec<Span>) -> Self {
        self.detail = detail;
        self
    }
}

/// Takes a question back.
pub fn withdraw(question: Ticket) {
    if cfg!(target_family = "wasm") {
        host::withdraw(question);
    }
}
