//! An open document with its file and its decorations.

use std::path::{Path, PathBuf};

use witdock_editor_core::{
    Document, Encoding, IndentStyle, LineColumn, Selection, Selections, Style, TabWidth,
};

use super::Target;
use super::decoration::Decorations;
use super::file::{FileId, Reading, Stamp};
use crate::display::Location;
use crate::host::PluginId;
use crate::language;
use crate::preference::Preferences;
use crate::syntax::Syntax;

/// The number of an open document. No other document gets it while the session lasts.
pub type DocumentId = u64;

/// An open document with its file and its decorations.
#[derive(Debug)]
pub struct Buffer {
    /// The document's number.
    pub id: DocumentId,
    /// The file; none for a document that was never saved.
    pub path: Option<PathBuf>,
    /// The name of one that a plugin has made, while it has no file.
    pub title: Option<String>,
    /// The plugin that has opened or made it.
    pub(crate) brought_by: Option<PluginId>,
    /// The file itself, whatever its name.
    pub file: FileId,
    /// The stamp that the file had when the text was last read from it or written to it.
    pub stamp: Stamp,
    /// Whether another program has deleted or moved the file.
    pub is_missing: bool,
    /// Whether another program has changed the file while the document had unsaved changes.
    pub conflicts: bool,
    /// Whether the next save writes whatever the file holds.
    pub(super) overwrites: bool,
    /// Whether the text is being written.
    pub saving: Saving,
    /// Whether the file's permissions forbid to write it.
    pub read_only: bool,
    /// The text with its selections and its history.
    pub document: Document,
    /// What plugins draw over and beside the text.
    pub decorations: Decorations,
    /// Who made the last change of the text.
    pub author: Author,
    pub(super) language: String,
    /// The syntax tree.
    pub syntax: Syntax,
    /// What its folders say about how it is edited.
    pub(super) folders: Preferences,
    /// The encoding that the person has chosen.
    pub(super) chosen_encoding: Option<Encoding>,
}

/// Whether a text is being written. There is one write at a time, so that an older text never overwrites a newer one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Saving {
    /// No write is under way.
    #[default]
    No,
    /// A write is under way.
    Now,
    /// A write is under way, and another one follows with the text as it is then.
    Again,
}

/// Who changed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A person, by these means.
    Person(Origin),
    /// A plugin.
    Plugin(PluginId),
}

/// The means by which a person changed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Typing a character or a line break.
    Typed,
    /// Pasting.
    Pasted,
    /// Undo or redo.
    History,
    /// Any other command of the editor.
    Command,
    /// Reading the file again after another program has changed it.
    Reloaded,
}

impl Buffer {
    /// An empty document without a file.
    pub fn untitled(id: DocumentId) -> Self {
        Self {
            id,
            path: None,
            title: None,
            brought_by: None,
            file: FileId::default(),
            is_missing: false,
            stamp: Stamp::default(),
            conflicts: false,
            overwrites: false,
            saving: Saving::No,
            read_only: false,
            document: Document::new(),
            decorations: Decorations::default(),
            author: Author::Person(Origin::Command),
            language: language::TEXT.to_owned(),
            syntax: Syntax::default(),
            folders: Preferences::default(),
            chosen_encoding: None,
        }
    }

    /// The name of the file without its folders; of a document without a file its title, or `untitled`.
    pub fn name(&self) -> String {
        self.path.as_deref().and_then(Path::file_name).map_or_else(
            || self.title.clone().unwrap_or_else(|| "untitled".to_owned()),
            |name| witdock::text::name(&name.to_string_lossy()).to_string(),
        )
    }

    /// The language of the text, in lower case, for example `rust`; `text` when it is not known.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// Whether it has neither a file nor a title.
    pub(super) fn is_unnamed(&self) -> bool {
        self.path.is_none() && self.title.is_none()
    }

    /// Whether it is being written.
    pub(crate) fn is_being_saved(&self) -> bool {
        self.saving != Saving::No
    }

    pub(crate) fn set_language(&mut self, language: &str) {
        if self.language == language {
            return;
        }
        language.clone_into(&mut self.language);
        // Nothing but a tab means what it has to in a makefile, and `gofmt` writes nothing else.
        let is_free = IndentStyle::detect(self.document.text()).is_none();
        if language == "makefile" || language == "go" && is_free {
            let style = self.document.style();
            self.document.set_style(Style { indent: IndentStyle::Tabs, ..style });
        }
    }

    /// Whether this path names its file.
    pub(crate) fn has_file(&self, path: &Path) -> bool {
        let own = self.path.as_deref();
        own == Some(path) || (own.is_some() && self.file.is_same(&FileId::of(path)))
    }

    /// Finds the language: the one that the text names itself, or that of its file's name, or that of its `#!` line.
    pub(super) fn find_language(&mut self, language_of: impl FnOnce(&Path) -> String) {
        let text = self.document.text();
        let by_name = self.path.as_deref().map(language_of).filter(|name| name != language::TEXT);
        let said = Preferences::of_modelines(text).language.map(str::to_owned);
        let language = said.or(by_name).or_else(|| Preferences::of_text(text).language.map(str::to_owned));
        let language = language.unwrap_or_else(|| language::TEXT.to_owned());
        self.set_language(&language);
    }

    /// Sets the style of new text, as the text, its folders and its language say.
    pub(super) fn find_style(&mut self, tab: TabWidth) {
        let said = Preferences::of_text(self.document.text()).or(&self.folders);
        let style = self.document.style();
        let found = IndentStyle::detect(self.document.text());
        let is_unbroken = self.document.text().line_count() == 1;
        let line_ending = said.line_ending.filter(|_| is_unbroken).unwrap_or(style.line_ending);
        self.document.set_style(said.style(found, line_ending, tab, &self.language));
    }

    /// Whether the text is not the file's: it was changed, or there is no file any more.
    pub fn is_modified(&self) -> bool {
        self.document.is_dirty() || self.is_missing
    }

    /// Puts the cursor at the place that a person has asked for; the nearest one where there is no such place.
    pub(super) fn go_to(&mut self, target: &Target) {
        let Some(line) = target.line else { return };
        let text = self.document.text();
        let line = line.saturating_sub(1).min(text.line_count().saturating_sub(1));
        let start = text.offset(LineColumn { line, column: 0 });
        let before = target.column.unwrap_or(1).saturating_sub(1);
        let bytes: usize = text.line(line).chars().take(before).map(char::len_utf8).sum();
        let start = start + bytes;
        let rest = text.slice(start..start.saturating_add(target.selected.saturating_mul(4)));
        let end = start + rest.chars().take(target.selected).map(char::len_utf8).sum::<usize>();
        self.document.set_selections(Selections::one(Selection::new(start, end)));
    }

    /// In which encoding the file is read again.
    pub(super) fn reading(&self) -> Reading {
        match self.chosen_encoding {
            Some(encoding) => Reading::As(encoding),
            None => Reading::Like(self.document.format().encoding),
        }
    }

    /// The primary cursor, in bytes from the start of the text.
    pub fn cursor(&self) -> usize {
        self.document.selections().primary().head
    }

    /// A place in the text as it is now.
    pub fn location(&self, offset: usize) -> Location {
        Location { document: self.id, revision: self.document.revision(), offset }
    }
}
