//! What a file, or a folder above it, says about how it is edited: modelines, `#!` lines and `.editorconfig`.
//!
//! Only the language, the indentation, the width of tabs, line breaks, the encoding and white space are taken from them. They
//! run nothing.

mod editorconfig;
mod modeline;
mod shebang;

pub use self::editorconfig::of_folders;
use witdock_editor_core::commands::Tidy;
use witdock_editor_core::{Format, IndentStyle, LineEnding, Style, TabWidth, Text};

/// What is said about how a file is edited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The language, as this crate names it.
    pub language: Option<&'static str>,
    /// Whether lines are indented with tabs.
    pub tabs: Option<bool>,
    /// The width of a level in columns.
    pub indent: Option<u8>,
    /// The width of a tab in columns.
    pub tab_width: Option<u8>,
    /// The line break.
    pub line_ending: Option<LineEnding>,
    /// Whether saving removes white space at the ends of lines.
    pub trims: Option<bool>,
    /// Whether saving ends the last line.
    pub final_newline: Option<bool>,
    /// The encoding.
    pub format: Option<Format>,
}

impl Preferences {
    /// What the modelines of a text say.
    pub fn of_modelines(text: &Text) -> Self {
        modeline::read(text)
    }

    /// What a text says of itself: a modeline, or else the program that its first line names.
    pub fn of_text(text: &Text) -> Self {
        let said = modeline::read(text);
        let language = said.language.or_else(|| shebang::language(&text.slice(0..text.line_end(0).min(200))));
        Self { language, ..said }
    }

    /// These, and what they do not say from others.
    #[must_use]
    pub fn or(self, other: &Self) -> Self {
        Self {
            language: self.language.or(other.language),
            tabs: self.tabs.or(other.tabs),
            indent: self.indent.or(other.indent),
            tab_width: self.tab_width.or(other.tab_width),
            line_ending: self.line_ending.or(other.line_ending),
            trims: self.trims.or(other.trims),
            final_newline: self.final_newline.or(other.final_newline),
            format: self.format.or(other.format),
        }
    }

    /// The style of new text. `found` is what the text itself shows: its indentation, if it has any.
    pub fn style(
        &self,
        found: Option<IndentStyle>,
        line_ending: LineEnding,
        tab: TabWidth,
        language: &str,
    ) -> Style {
        let tab_width = self.tab_width.map_or(tab, TabWidth::new);
        let cells = u8::try_from(tab_width.cells()).unwrap_or(8);
        let level = |found: Option<u8>| IndentStyle::Spaces(found.unwrap_or(4).clamp(1, 8));
        let found_width = match found {
            Some(IndentStyle::Spaces(width)) => Some(width),
            _ => None,
        };
        let indent = match (self.tabs, self.indent, found) {
            (Some(true), ..) => IndentStyle::Tabs,
            (Some(false), indent, _) => level(indent.or(self.tab_width.map(|_| cells)).or(found_width)),
            // Its rules begin with a tab, whatever else it has.
            (None, ..) if language == "makefile" => IndentStyle::Tabs,
            // `gofmt` writes nothing else.
            (None, None, None) if language == "go" => IndentStyle::Tabs,
            (None, _, Some(IndentStyle::Tabs)) => IndentStyle::Tabs,
            (None, indent, _) => level(indent.or(found_width)),
        };
        Style { line_ending, indent, tab_width }
    }

    /// What saving does to the text.
    pub fn tidy(&self) -> Tidy {
        Tidy {
            trims: self.trims == Some(true),
            final_newline: self.final_newline == Some(true),
            line_ending: self.line_ending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_decides_the_style() {
        let style = |said: &Preferences, found, language| {
            let style = said.style(found, LineEnding::Lf, TabWidth::new(8), language);
            (style.indent, style.tab_width.cells())
        };
        let none = Preferences::default();
        assert_eq!(style(&none, None, "rust"), (IndentStyle::Spaces(4), 8));
        assert_eq!(style(&none, Some(IndentStyle::Spaces(2)), "rust"), (IndentStyle::Spaces(2), 8));
        assert_eq!(style(&none, Some(IndentStyle::Spaces(2)), "makefile"), (IndentStyle::Tabs, 8));
        let two = Preferences { tabs: Some(false), indent: Some(2), ..Preferences::default() };
        assert_eq!(style(&two, Some(IndentStyle::Tabs), "makefile"), (IndentStyle::Spaces(2), 8));
        let tabs = Preferences { tabs: Some(true), tab_width: Some(3), ..Preferences::default() };
        assert_eq!(style(&tabs, Some(IndentStyle::Spaces(2)), "rust"), (IndentStyle::Tabs, 3));
        let size = Preferences { indent: Some(99), ..Preferences::default() };
        assert_eq!(style(&size, None, "rust"), (IndentStyle::Spaces(8), 8));
    }

    #[test]
    fn a_modeline_comes_before_a_program() {
        let said = |text: &str| Preferences::of_text(&Text::from(text)).language;
        assert_eq!(said("#!/bin/sh\necho\n"), Some("shell"));
        assert_eq!(said("#!/bin/sh\n# vim: ft=python\n"), Some("python"));
        assert_eq!(said("text\n"), None);
    }
}
