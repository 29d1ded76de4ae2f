//! An open document with its file and the part of it that is seen.

use std::path::{Path, PathBuf};

use witdock_editor_core::Document;
use witdock_editor_core::column::display_column;

use crate::decoration::Decorations;
use crate::plugins::PluginId;
use crate::plugins::api::ChangeOrigin;

/// The number of an open document, which no other document is given while the editor runs.
pub type DocumentId = u64;

/// An open document with its file and the part of it that is seen.
pub struct Buffer {
    /// Its number.
    pub id: DocumentId,
    /// Its file; none for a document that was never saved.
    pub path: Option<PathBuf>,
    /// Whether the file may not be written.
    pub read_only: bool,
    /// The text.
    pub document: Document,
    /// Where the view begins.
    pub scroll: Scroll,
    /// What plugins draw over and beside the text.
    pub decorations: Decorations,
    /// Who made the last change of the text.
    pub author: Author,
}

/// Who changed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Author {
    /// A person, in this way.
    Person(ChangeOrigin),
    /// A plugin.
    Plugin(PluginId),
}

/// Where a view begins.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Scroll {
    /// The first line seen, from 0.
    pub line: usize,
    /// The first display column seen, from 0.
    pub column: usize,
}

impl Buffer {
    /// An empty document without a file.
    pub fn untitled(id: DocumentId) -> Self {
        Self {
            id,
            path: None,
            read_only: false,
            document: Document::new(),
            scroll: Scroll::default(),
            decorations: Decorations::default(),
            author: Author::Person(ChangeOrigin::Command),
        }
    }

    /// What a person calls it.
    pub fn name(&self) -> String {
        self.path
            .as_deref()
            .and_then(Path::file_name)
            .map_or_else(|| "untitled".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// What it is written in, as plugins are told it.
    pub fn language(&self) -> &'static str {
        self.path.as_deref().map_or("text", language_of)
    }

    /// Scrolls as little as brings the cursor into a view of this many lines and columns.
    pub fn show_cursor(&mut self, lines: usize, columns: usize) {
        let text = self.document.text();
        let head = self.document.selections().primary().head;
        let line = text.line_at(head);
        let column = display_column(text, head, self.document.style().tab_width);
        self.scroll.line = scrolled(self.scroll.line, line, lines);
        self.scroll.column = scrolled(self.scroll.column, column, columns);
    }

    /// Scrolls by lines, down for positive numbers, and leaves the cursor where it is.
    pub fn scroll_by(&mut self, lines: isize) {
        let last = self.document.text().line_count().saturating_sub(1);
        self.scroll.line = self.scroll.line.saturating_add_signed(lines).min(last);
    }
}

fn scrolled(first: usize, place: usize, size: usize) -> usize {
    let size = size.max(1);
    if place < first { place } else { first.max((place + 1).saturating_sub(size)) }
}

fn language_of(path: &Path) -> &'static str {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "c" | "h" => "c",
        "cpp" | "cc" | "hpp" => "cpp",
        "css" => "css",
        "go" => "go",
        "html" | "htm" => "html",
        "js" | "mjs" => "javascript",
        "json" => "json",
        "md" | "markdown" => "markdown",
        "py" => "python",
        "rs" => "rust",
        "sh" => "shell",
        "toml" => "toml",
        "ts" => "typescript",
        "yaml" | "yml" => "yaml",
        _ => "text",
    }
}
