//! What plugins draw over and beside a text: styles, virtual text, signs in the gutter.
//!
//! A plugin sets decorations in named sets, and replaces a whole set at a time. Decorations move with the text. One
//! whose text is deleted is removed.

use std::ops::Range;
use std::sync::Arc;

use witdock_editor_core::{Bias, ChangeSet, Document, Revision};

use crate::host::PluginId;
use crate::style::{Severity, Span, Style};

/// Something to draw at a place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoration {
    /// The place, in bytes from the start of the text; empty for all but [`Drawn::Styled`].
    pub range: Range<usize>,
    /// What to draw there.
    pub drawn: Drawn,
}

/// What a [`Decoration`] draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Drawn {
    /// The text of the range, in another style.
    Styled(Style),
    /// Virtual text between two characters.
    Inline(Vec<Span>),
    /// Virtual text after the end of the line.
    AfterLine(Vec<Span>),
    /// A sign in the gutter, and a message for the line.
    Sign(Severity, String),
    /// Something that is wrong with the text of the range, which is underlined.
    Diagnostic(Box<Diagnostic>),
    /// What has happened to the line, as a mark in the gutter.
    Mark(LineMark),
}

/// Something that is wrong in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong: one line or several.
    pub message: String,
    /// What has found it; may be empty.
    pub source: String,
    /// The code of the error or of the rule.
    pub code: Option<String>,
}

/// What has happened to a line since an earlier state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineMark {
    /// It is new.
    Added,
    /// It has another text.
    Changed,
    /// Lines before it are gone.
    RemovedBefore,
}

impl Diagnostic {
    /// The first line of its message, with what has found it.
    pub fn line(&self) -> String {
        let first = self.message.lines().next().unwrap_or_default();
        match (self.source.as_str(), &self.code) {
            ("", None) => first.to_owned(),
            ("", Some(code)) => format!("{first} ({code})"),
            (source, None) => format!("{first} ({source})"),
            (source, Some(code)) => format!("{first} ({source} {code})"),
        }
    }
}

impl Decoration {
    /// The diagnostic, if it is one.
    pub fn diagnostic(&self) -> Option<&Diagnostic> {
        match &self.drawn {
            Drawn::Diagnostic(diagnostic) => Some(diagnostic),
            _ => None,
        }
    }
}

/// The decorations of one document.
#[derive(Debug, Default)]
pub struct Decorations {
    sets: Vec<Set>,
    /// The revision that the ranges belong to.
    revision: Revision,
}

#[derive(Debug)]
struct Set {
    owner: PluginId,
    name: String,
    /// Sorted by their ranges. Calls of plugins may see them as they were.
    decorations: Arc<Vec<Decoration>>,
}

impl Decorations {
    /// Replaces a set. The ranges are those of the text as it is now.
    pub fn set(&mut self, owner: PluginId, name: String, mut decorations: Vec<Decoration>) {
        self.clear(owner, &name);
        decorations.sort_by_key(|decoration| (decoration.range.start, decoration.range.end));
        if !decorations.is_empty() {
            self.sets.push(Set { owner, name, decorations: Arc::new(decorations) });
            // Sorted by plugin, so that the order of calls does not decide what covers what.
            self.sets.sort_by_key(|set| set.owner);
        }
    }

    /// Removes a set.
    pub fn clear(&mut self, owner: PluginId, name: &str) {
        self.sets.retain(|set| (set.owner, set.name.as_str()) != (owner, name));
    }

    /// Removes all sets of a plugin.
    pub fn disown(&mut self, owner: PluginId) {
        self.sets.retain(|set| set.owner != owner);
    }

    /// A plugin's sets by name.
    pub fn sets_of(&self, owner: PluginId) -> impl Iterator<Item = (&str, &[Decoration])> {
        let own = self.sets.iter().filter(move |set| set.owner == owner);
        own.map(|set| (set.name.as_str(), set.decorations.as_slice()))
    }

    /// The sets of diagnostics, of all plugins.
    pub(crate) fn diagnostic_sets(&self) -> Vec<Arc<Vec<Decoration>>> {
        let is_of_diagnostics =
            |set: &&Set| set.decorations.first().is_some_and(|one| one.diagnostic().is_some());
        self.sets.iter().filter(is_of_diagnostics).map(|set| Arc::clone(&set.decorations)).collect()
    }

    /// The diagnostics of all plugins with their places, sorted by where they start.
    pub fn diagnostics(&self) -> Vec<(&Range<usize>, &Diagnostic)> {
        let all = self.sets.iter().flat_map(|set| set.decorations.iter());
        let mut found: Vec<_> = all.filter_map(|one| Some((&one.range, one.diagnostic()?))).collect();
        found.sort_by_key(|(range, diagnostic)| (range.start, std::cmp::Reverse(diagnostic.severity)));
        found
    }

    /// The decorations that touch a range, sorted by where they start.
    pub fn within(&self, range: Range<usize>) -> Vec<&Decoration> {
        let mut found: Vec<&Decoration> = self
            .sets
            .iter()
            .flat_map(|set| {
                let end = set.decorations.partition_point(|one| one.range.start <= range.end);
                set.decorations.iter().take(end)
            })
            .filter(|one| one.range.end >= range.start)
            .collect();
        found.sort_by_key(|one| one.range.start);
        found
    }

    /// Moves the decorations along with a text that has changed.
    pub fn follow(&mut self, document: &Document) {
        if self.revision == document.revision() {
            return;
        }
        if !self.sets.is_empty() {
            match document.each_change_since(self.revision) {
                Some(changes) => changes.for_each(|change| self.map(change)),
                // The changes are no longer known, and so neither are the places.
                None => self.sets.clear(),
            }
        }
        self.revision = document.revision();
    }

    fn map(&mut self, change: &ChangeSet) {
        for set in &mut self.sets {
            Arc::make_mut(&mut set.decorations).retain_mut(|one| {
                let was_empty = one.range.is_empty();
                let start = change.map(one.range.start, Bias::After);
                let end = if was_empty { start } else { change.map(one.range.end, Bias::Before) };
                one.range = start..end.max(start);
                was_empty || !one.range.is_empty()
            });
        }
        self.sets.retain(|set| !set.decorations.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::plugin_id as plugin;
    use crate::style::{Emphasis, Scope};
    use witdock_editor_core::Edit;

    fn styled(range: Range<usize>) -> Decoration {
        let style = Style { scope: Scope::Warning, emphasis: Emphasis::default() };
        Decoration { range, drawn: Drawn::Styled(style) }
    }

    fn places(decorations: &Decorations) -> Vec<Range<usize>> {
        decorations.within(0..1000).into_iter().map(|one| one.range.clone()).collect()
    }

    #[test]
    fn they_move_with_the_text_and_go_with_it() {
        let mut document = Document::from_bytes(b"one TODO two TODO").unwrap();
        let mut decorations = Decorations::default();
        decorations.follow(&document);
        decorations.set(plugin(0), "tasks".to_owned(), vec![styled(13..17), styled(4..8)]);
        assert_eq!(places(&decorations), [4..8, 13..17]);
        document.apply_edits(document.revision(), [Edit::insert(0, "ab"), Edit::delete(13..14)]).unwrap();
        decorations.follow(&document);
        assert_eq!(places(&decorations), [6..10, 15..18]);
        // Text inserted at an edge does not belong to it.
        document.apply_edits(document.revision(), [Edit::insert(6, "x"), Edit::insert(10, "y")]).unwrap();
        decorations.follow(&document);
        assert_eq!(places(&decorations)[0], 7..11);
        document.apply_edits(document.revision(), [Edit::delete(5..13)]).unwrap();
        decorations.follow(&document);
        assert_eq!(places(&decorations), vec![9..12; 1]);
    }

    #[test]
    fn a_set_is_replaced_and_a_plugin_goes_with_all_of_its_own() {
        let mut decorations = Decorations::default();
        decorations.set(plugin(1), "a".to_owned(), vec![styled(0..1)]);
        decorations.set(plugin(0), "a".to_owned(), vec![styled(2..3)]);
        decorations.set(plugin(1), "a".to_owned(), vec![styled(4..5)]);
        assert_eq!(places(&decorations), [2..3, 4..5]);
        decorations.disown(plugin(1));
        assert_eq!(places(&decorations), vec![2..3; 1]);
        decorations.set(plugin(0), "a".to_owned(), Vec::new());
        assert!(places(&decorations).is_empty());
    }
}
