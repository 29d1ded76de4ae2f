//! The theme: the chosen one, or the one that the person looks at in the list of themes.

use witdock_editor_session::Message;

use super::{App, Mode};
use crate::themes::{Depth, Theme, Themes};

/// The theme, and those that there are.
#[derive(Debug)]
pub(super) struct Looks {
    pub(super) themes: Themes,
    /// The name of the chosen theme.
    pub(super) name: String,
    depth: Depth,
    shown: Theme,
}

impl Default for Looks {
    fn default() -> Self {
        let themes = Themes::built_in();
        let shown = themes.named(crate::themes::DEFAULT);
        Self { themes, name: crate::themes::DEFAULT.to_owned(), depth: Depth::Full, shown }
    }
}

impl Looks {
    /// Takes the themes that there are, and the one that the configuration names.
    pub(super) fn configure(&mut self, themes: Themes, name: &str) {
        self.themes = themes;
        name.clone_into(&mut self.name);
        self.show(None);
    }

    /// Shows a theme, or the chosen one.
    fn show(&mut self, looked_at: Option<&str>) {
        let name = looked_at.unwrap_or(&self.name);
        // Names of colours would not be seen where none are wanted, and a theme's ground neither.
        let name = if self.depth == Depth::None { crate::themes::DEFAULT } else { name };
        self.shown = self.themes.named(name).at(self.depth);
    }
}

impl App {
    /// The theme that everything is drawn in.
    pub fn theme(&self) -> &Theme {
        &self.looks.shown
    }

    /// Takes the colours that the terminal has.
    pub fn set_depth(&mut self, depth: Depth) {
        self.looks.depth = depth;
        self.looks.show(None);
    }

    /// Uses a theme from now on.
    pub(super) fn use_theme(&mut self, name: String) {
        self.show(Message::info(format!("`theme = \"{name}\"` in config.toml keeps this theme")));
        self.looks.name = name;
    }

    /// Shows the theme that the person looks at in the list, or the chosen one.
    pub(super) fn follow_theme(&mut self) {
        let looked_at = match &self.mode {
            Mode::Choosing(choosing) => choosing.theme(),
            _ => None,
        };
        if self.looks.shown.name() != looked_at.unwrap_or(&self.looks.name) {
            self.looks.show(looked_at);
        }
    }
}
