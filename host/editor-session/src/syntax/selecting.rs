//! Expanding selections to what is around them in the syntax, and shrinking them again.

use std::ops::Range;

use witdock_editor_core::commands::{self, View};
use witdock_editor_core::{Revision, Selection, Selections};

use super::Syntax;

/// The selections before each step of expanding.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    steps: Vec<Selections>,
    /// What the last step has made, of this text.
    last: Option<(Revision, Selections)>,
}

impl Syntax {
    /// The selections, each expanded to the next larger node of the syntax. Without a tree: to the word, the line, the text.
    pub(crate) fn expand(&mut self, view: View<'_>) -> Selections {
        if self.expanded.last.as_ref() != Some(&(view.revision, view.selections.clone())) {
            self.expanded.steps.clear();
        }
        let larger = view.selections.map_each(|selection| selection.over(self.around(view, selection)));
        if larger != *view.selections {
            self.expanded.steps.push(view.selections.clone());
            self.expanded.last = Some((view.revision, larger.clone()));
        }
        larger
    }

    /// The selections before they were expanded last; those given where they were not.
    pub(crate) fn shrink(&mut self, view: View<'_>) -> Selections {
        let now = (view.revision, view.selections.clone());
        match self.expanded.steps.pop() {
            Some(before) if self.expanded.last.as_ref() == Some(&now) => {
                self.expanded.last = Some((view.revision, before.clone()));
                before
            }
            _ => {
                self.expanded = Expanded::default();
                now.1
            }
        }
    }

    /// The smallest part of the syntax that is larger than a selection.
    fn around(&self, view: View<'_>, selection: Selection) -> Range<usize> {
        let range = selection.range();
        let mut node = self.node_at(range.clone());
        if selection.is_empty() && node.is_some_and(|node| !node.is_named()) {
            // The name before the cursor, and not the bracket behind it.
            let before = self.node_at(range.start.saturating_sub(1)..range.start);
            node = before.filter(|before| before.is_named()).or(node);
        }
        while let Some(here) = node {
            let found = here.byte_range();
            let is_larger = found.start <= range.start && range.end <= found.end && found.len() > range.len();
            if is_larger && (here.is_named() || selection.is_empty()) {
                return found.start..found.end.min(view.text.len());
            }
            node = here.parent();
        }
        let alone = Selections::one(selection);
        let word = commands::select_word(View { selections: &alone, ..view }).primary().range();
        let line = view.text.line_at(range.start);
        let lines = view.text.line_start(line)..view.text.line_end(view.text.line_at(range.end));
        let is_larger = |other: &Range<usize>| {
            other.start <= range.start && range.end <= other.end && other.len() > range.len()
        };
        [word, lines].into_iter().find(is_larger).unwrap_or(0..view.text.len())
    }
}
