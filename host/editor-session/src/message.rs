//! Messages to the person.

use std::fmt;

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

/// A message to the person. Its `Display` begins with the plugin that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// How serious it is.
    pub level: Level,
    /// The text, without the plugin's name. A build error may have several lines, all others have one.
    pub text: String,
    /// The plugin that says it, or that it is about; none for the editor's own. A front end draws it in a way that no text can imitate.
    pub plugin: Option<String>,
    /// Whether it is shown until the person dismisses it, and not only until the next key.
    pub stays: bool,
}

impl Message {
    /// A message that only informs.
    pub fn info(text: impl Into<String>) -> Self {
        Self::new(Level::Info, &text.into())
    }

    /// A message about something that may need attention.
    pub fn warning(text: impl Into<String>) -> Self {
        Self::new(Level::Warning, &text.into())
    }

    /// A message about something that failed.
    pub fn error(text: impl Into<String>) -> Self {
        Self::new(Level::Error, &text.into())
    }

    fn new(level: Level, text: &str) -> Self {
        Self { level, text: shown(text), plugin: None, stays: false }
    }

    /// A message of a plugin, or about one. A text that begins with the plugin's name goes on without it.
    #[must_use]
    pub fn of(mut self, plugin: &str) -> Self {
        let plugin = witdock::text::name(plugin).to_string();
        if let Some(rest) = without_name(&self.text, &plugin) {
            self.text = rest.to_owned();
        }
        self.plugin = Some(plugin);
        self
    }

    /// A message that is shown until the person dismisses it.
    #[must_use]
    pub fn until_dismissed(self) -> Self {
        Self { stays: true, ..self }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(plugin) = &self.plugin {
            write!(f, "{plugin}: ")?;
        }
        f.write_str(&self.text)
    }
}

/// Errors of the dock begin with the plugin's name.
fn without_name<'a>(text: &'a str, plugin: &str) -> Option<&'a str> {
    let rest = text.strip_prefix("plugin ").unwrap_or(text).strip_prefix(plugin)?;
    rest.strip_prefix(": ").or_else(|| rest.strip_prefix(", ")).or_else(|| rest.strip_prefix(' '))
}

/// Errors quote plugins, manifests and tools: a terminal obeys none of it.
fn shown(text: &str) -> String {
    witdock::text::block(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_named_once() {
        for text in ["tidy does not fit", "tidy: does not fit", "plugin tidy, does not fit", "does not fit"] {
            assert_eq!(Message::error(text).of("tidy").to_string(), "tidy: does not fit");
        }
        assert_eq!(Message::info("tidying up").of("tidy").to_string(), "tidy: tidying up");
        assert_eq!(Message::info("a\u{1b}b").of("x\u{202e}").to_string(), r"x\u{202e}: a\u{1b}b");
    }
}
