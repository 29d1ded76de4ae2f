//! Syntax trees of documents, by the grammars of Tree-sitter.
//!
//! A tree is edited with each change of the text, which keeps it in place, and parsed again: at once as long as that takes few
//! steps, and else beside the session. [`Effect::Parse`](crate::Effect) goes out and [`Input::Parsed`](crate::Input) answers, so
//! that no key waits for a parse. Until then the edited tree serves.

mod brackets;
mod colours;
mod grammar;
mod indentation;
mod parse;
mod selecting;

use std::ops::Range;
use std::path::Path;

use tree_sitter::{InputEdit, Node, Point, Tree};
use witdock_editor_core::{ChangeSet, Document, LineColumn, Revision, Text};

pub use self::grammar::Grammar;
pub use self::parse::{ParseTask, Parsed};

/// A text with more bytes has no tree: a tree takes ten times the memory of its text.
pub const LARGEST: usize = 4 << 20;
/// A change of more edits is parsed from the start.
const MOST_EDITS: usize = 500;

/// The syntax tree of a document, if its language has a grammar.
#[derive(Debug, Default)]
pub struct Syntax {
    grammar: Option<Grammar>,
    state: Option<State>,
    /// The number of the parse that is under way.
    running: Option<u64>,
    parses: u64,
    /// The selections before they were expanded, to shrink them again.
    expanded: selecting::Expanded,
}

/// A tree with the text that it is of.
#[derive(Debug, Clone)]
struct State {
    tree: Tree,
    text: Text,
    revision: Revision,
    /// Whether the tree is only an earlier one, moved along with the text.
    is_stale: bool,
}

impl Syntax {
    /// Whether the language has a grammar here.
    pub fn has_grammar(&self) -> bool {
        self.grammar.is_some()
    }

    /// Whether there is a tree.
    pub fn has_tree(&self) -> bool {
        self.state.is_some()
    }

    /// A number that changes with the tree.
    pub fn version(&self) -> (u64, u64) {
        (self.parses, self.state.as_ref().map_or(0, |state| state.revision.number() + 1))
    }

    /// Brings the tree up to date with the text. Gives what is to be parsed beside the session.
    pub(crate) fn follow(
        &mut self,
        document: &Document,
        language: &str,
        path: Option<&Path>,
    ) -> Option<ParseTask> {
        let grammar = Grammar::of(language, path).filter(|_| document.text().len() <= LARGEST);
        if grammar != self.grammar {
            *self = Self { grammar, parses: self.parses + 1, ..Self::default() };
        }
        let grammar = self.grammar?;
        let is_current = match &mut self.state {
            None => false,
            Some(state) if state.revision == document.revision() => !state.is_stale,
            Some(state) => match document.changes_since(state.revision) {
                Some(change) if change.edits().len() <= MOST_EDITS => {
                    state.edit(&change);
                    state.text = document.text().clone();
                    state.revision = document.revision();
                    let tree = parse::at_once(grammar, &state.text, Some(&state.tree));
                    state.is_stale = tree.is_none();
                    if let Some(tree) = tree {
                        state.tree = tree;
                    }
                    !state.is_stale
                }
                // What has changed is not known any more.
                _ => {
                    self.state = None;
                    false
                }
            },
        };
        if is_current || self.running.is_some() {
            return None;
        }
        self.parses += 1;
        self.running = Some(self.parses);
        Some(ParseTask {
            number: self.parses,
            grammar,
            text: document.text().clone(),
            revision: document.revision(),
            old: self.state.as_ref().map(|state| state.tree.clone()),
        })
    }

    /// Takes a tree that was parsed beside the session. The text may have changed since.
    pub(crate) fn parsed(&mut self, parsed: Parsed) {
        let Parsed { number, text, revision, tree } = parsed;
        if self.running != Some(number) {
            return;
        }
        self.running = None;
        self.state = tree.map(|tree| State { tree, text, revision, is_stale: false });
        self.parses += 1;
    }

    fn root(&self) -> Option<Node<'_>> {
        self.state.as_ref().map(|state| state.tree.root_node())
    }

    /// The smallest node around a range.
    fn node_at(&self, range: Range<usize>) -> Option<Node<'_>> {
        self.root()?.descendant_for_byte_range(range.start, range.end)
    }

    /// Whether a place is in a comment or in a string, as far as is known.
    fn is_inert(&self, at: usize) -> bool {
        let mut node = self.node_at(at..at.saturating_add(1));
        while let Some(here) = node {
            if is_comment(here) || is_string(here) {
                return true;
            }
            // What is embedded in a string is code.
            if here.kind().contains("interpolation") || here.kind().contains("substitution") {
                return false;
            }
            node = here.parent();
        }
        false
    }
}

fn is_comment(node: Node<'_>) -> bool {
    node.kind().contains("comment")
}

fn is_string(node: Node<'_>) -> bool {
    let kind = node.kind();
    kind.contains("string") || matches!(kind, "char_literal" | "heredoc_body" | "rune_literal" | "regex")
}

impl State {
    /// Moves the tree along with the text. The last edit comes first, so that it does not move the others.
    fn edit(&mut self, change: &ChangeSet) {
        for edit in change.edits().iter().rev() {
            let start = point(self.text.line_column(edit.range.start));
            self.tree.edit(&InputEdit {
                start_byte: edit.range.start,
                old_end_byte: edit.range.end,
                new_end_byte: edit.range.start + edit.text.len(),
                start_position: start,
                old_end_position: point(self.text.line_column(edit.range.end)),
                new_end_position: after(start, &edit.text),
            });
        }
    }
}

fn point(place: LineColumn) -> Point {
    Point { row: place.line, column: place.column }
}

/// The place after a text that begins here.
fn after(start: Point, text: &str) -> Point {
    match text.rfind('\n') {
        Some(last) => Point { row: start.row + text.matches('\n').count(), column: text.len() - last - 1 },
        None => Point { row: start.row, column: start.column + text.len() },
    }
}

#[cfg(test)]
mod tests;
