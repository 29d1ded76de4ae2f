//! Registrations: the commands, events and abilities of a plugin.

use crate::{Abilities, Command, EventKinds, FileType, Registration};

impl Default for Registration {
    fn default() -> Self {
        Self::new()
    }
}

/// ```
/// use witdock_editor_guest::{Command, EventKinds, Registration};
///
/// let registration = Registration::new()
///     .command(Command::new("list", "List tasks").description("Every task, to choose from").key("alt-t"))
///     .on(EventKinds::OPENED | EventKinds::CHANGED)
///     .language("markdown")
///     .formats();
/// assert_eq!(registration.commands[0].default_keys, ["alt-t"]);
/// ```
impl Registration {
    /// An empty registration.
    pub fn new() -> Self {
        Self {
            commands: Vec::new(),
            events: EventKinds::empty(),
            abilities: Abilities::empty(),
            languages: Vec::new(),
            file_types: Vec::new(),
            completion_triggers: Vec::new(),
        }
    }

    /// Adds a command.
    #[must_use]
    pub fn command(mut self, command: Command) -> Self {
        self.commands.push(command);
        self
    }

    /// Subscribes to more kinds of events.
    #[must_use]
    pub fn on(mut self, events: EventKinds) -> Self {
        self.events |= events;
        self
    }

    /// Restricts events and abilities to documents in this language. May be called several times.
    #[must_use]
    pub fn language(mut self, language: &str) -> Self {
        self.languages.push(language.to_owned());
        self
    }

    /// Adds patterns for file names of a language: `("make", ["Makefile", "*.mk"])`.
    #[must_use]
    pub fn file_type<'a>(mut self, language: &str, patterns: impl IntoIterator<Item = &'a str>) -> Self {
        let patterns = patterns.into_iter().map(str::to_owned).collect();
        self.file_types.push(FileType { language: language.to_owned(), patterns });
        self
    }

    /// Registers [`Plugin::format`](crate::Plugin::format).
    #[must_use]
    pub fn formats(mut self) -> Self {
        self.abilities |= Abilities::FORMAT;
        self
    }

    /// Registers [`Plugin::complete`](crate::Plugin::complete), called after letters and digits.
    #[must_use]
    pub fn completes(mut self) -> Self {
        self.abilities |= Abilities::COMPLETE;
        self
    }

    /// Calls [`Plugin::complete`](crate::Plugin::complete) after these characters too.
    #[must_use]
    pub fn completes_after(mut self, characters: &str) -> Self {
        self.abilities |= Abilities::COMPLETE;
        self.completion_triggers.extend(characters.chars());
        self
    }

    /// Registers [`Plugin::hover`](crate::Plugin::hover).
    #[must_use]
    pub fn hovers(mut self) -> Self {
        self.abilities |= Abilities::HOVER;
        self
    }
}

impl Command {
    /// A command with this name, of letters, digits and `-`, and this title in the palette.
    pub fn new(name: &str, title: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            default_keys: Vec::new(),
        }
    }

    /// Sets a sentence that describes it.
    #[must_use]
    pub fn description(mut self, description: &str) -> Self {
        self.description = description.to_owned();
        self
    }

    /// Adds keys that run it, unless they are already used: `ctrl-k t`.
    #[must_use]
    pub fn key(mut self, keys: &str) -> Self {
        self.default_keys.push(keys.to_owned());
        self
    }
}
