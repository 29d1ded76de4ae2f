//! Messages to the person.

/// How serious a message is, least serious first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The outcome of an action, or something good to know.
    Info,
    /// Something that may need attention.
    Warning,
    /// Something that failed.
    Error,
}

/// A message to the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How serious it is.
    pub level: Level,
    /// The text. A build error may have several lines, all others have one.
    pub text: String,
}

impl Message {
    /// A message that only informs.
    pub fn info(text: impl Into<String>) -> Self {
        Self { level: Level::Info, text: shown(&text.into()) }
    }

    /// A message about something that may need attention.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { level: Level::Warning, text: shown(&text.into()) }
    }

    /// A message about something that failed.
    pub fn error(text: impl Into<String>) -> Self {
        Self { level: Level::Error, text: shown(&text.into()) }
    }
}

/// Errors quote plugins, manifests and tools: a terminal obeys none of it.
fn shown(text: &str) -> String {
    witdock::text::block(text).to_string()
}
