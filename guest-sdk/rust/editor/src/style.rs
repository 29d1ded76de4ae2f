//! Styled text.

use crate::{Emphasis, Scope, Span, Style};

impl Style {
    /// The style of a scope, without emphasis.
    pub fn of(scope: Scope) -> Self {
        Self { scope, emphasis: Emphasis::empty() }
    }

    /// Adds emphasis.
    #[must_use]
    pub fn emphasized(mut self, emphasis: Emphasis) -> Self {
        self.emphasis |= emphasis;
        self
    }

    /// Makes it bold.
    #[must_use]
    pub fn bold(self) -> Self {
        self.emphasized(Emphasis::BOLD)
    }
}

impl From<Scope> for Style {
    fn from(scope: Scope) -> Self {
        Self::of(scope)
    }
}

impl Span {
    /// Text in a style or [`Scope`].
    pub fn new(text: impl Into<String>, style: impl Into<Style>) -> Self {
        Self { text: text.into(), style: style.into() }
    }

    /// Text without a style.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(text, Scope::Plain)
    }
}
