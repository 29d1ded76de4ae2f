//! Replacing matches one by one, each shown with its replacement before it is replaced.

use std::ops::Range;

use witdock_editor_core::{
    Bias, ChangeSet, Document, Query, Replacement, Revision, Selection, Selections, Transaction,
};

use super::{NEAR, Search, Shown, What};
use crate::documents::{Author, Buffer, Decoration, DocumentId, Documents, Drawn, Origin};
use crate::host::PluginId;
use crate::message::Message;
use crate::outbox::{Outbox, Request};
use crate::style::{Emphasis, Scope, Span, Style};

/// The set of decorations that shows a replacement.
const PREVIEW: &str = "replacement";
/// The most characters of a replacement that are shown.
const MOST_SHOWN: usize = 200;

/// The replacement of matches one by one.
#[derive(Debug)]
pub struct Walk {
    document: DocumentId,
    /// The revision that the places belong to.
    revision: Revision,
    /// What the matches become; none while it is not valid.
    with: Option<Replacement>,
    /// The parts of the text that are left, in order. The first begins at the match that is asked about.
    left: Vec<Range<usize>>,
    /// The end of the last match: an empty match there is none.
    last_end: Option<usize>,
    /// The match that is asked about.
    current: Option<Range<usize>>,
    replaced: usize,
    /// The revision that the last replacement has made: the next one joins its undo step.
    joins: Option<Revision>,
}

/// An answer about the match that is asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkAnswer {
    /// Replace it, and go on.
    Replace,
    /// Leave it, and go on.
    Skip,
    /// Replace it and all that are left.
    All,
    /// Leave it, and end.
    Stop,
}

impl Walk {
    /// The number of matches that were replaced.
    pub fn replaced(&self) -> usize {
        self.replaced
    }

    /// Whether a match is asked about; a search for it may be under way.
    pub fn is_asking(&self) -> bool {
        self.current.is_some()
    }

    /// Whether the replacement is valid.
    pub fn is_valid(&self) -> bool {
        self.with.is_some()
    }

    /// Moves all places along with the text. `false` if they are not known any more.
    fn follow(&mut self, document: &Document) -> bool {
        if self.revision == document.revision() {
            return true;
        }
        let Some(change) = document.changes_since(self.revision) else { return false };
        self.map(&change);
        self.revision = document.revision();
        true
    }

    fn map(&mut self, change: &ChangeSet) {
        for range in &mut self.left {
            let start = change.map(range.start, Bias::After);
            *range = start..change.map(range.end, Bias::After).max(start);
        }
        self.last_end = self.last_end.map(|end| change.map(end, Bias::After));
    }
}

/// What a search of a large text has found, for the walk.
pub(super) enum Found {
    Match(Option<Range<usize>>),
    Change(ChangeSet),
}

impl Search {
    /// Begins to replace matches: those of a selection over several lines, or all, from the cursor on. Gives whether there is
    /// one.
    pub(crate) fn begin_walk(&mut self, documents: &mut Documents, out: &mut Outbox) -> bool {
        self.end_walk(documents);
        let (Some(query), Some(buffer)) = (self.query.clone(), documents.active_mut()) else { return false };
        let document = &buffer.document;
        let (text, primary) = (document.text(), document.selections().primary());
        let is_part = text.line_at(primary.start()) != text.line_at(primary.end());
        let end = text.len();
        // A match that the cursor is in comes last.
        let from = text.line_start(text.line_at(primary.start())).max(primary.start().saturating_sub(NEAR));
        let around = query.matches(text, from..end).take_while(|found| found.start < primary.start()).last();
        let at = around.map_or(primary.start(), |around| around.end.max(primary.start()));
        let left = if is_part { vec![primary.range()] } else { vec![at..end, 0..at] };
        let with = query.replacement("", document.style().line_ending).ok();
        self.walk = Some(Walk {
            document: buffer.id,
            revision: document.revision(),
            with,
            left,
            last_end: None,
            current: None,
            replaced: 0,
            joins: None,
        });
        self.shown = Shown::Held;
        self.step(documents, out);
        self.walk.is_some()
    }

    /// Sets what matches become. Gives the problem where it is not valid.
    pub(crate) fn replace_by(&mut self, by: &str, documents: &mut Documents) -> Result<(), String> {
        let (Some(query), Some(walk)) = (&self.query, &mut self.walk) else { return Ok(()) };
        let Some(buffer) = documents.find_mut(walk.document) else { return Ok(()) };
        let with = query.replacement(by, buffer.document.style().line_ending);
        let problem = with.as_ref().err().map(|error| {
            let groups = match error.groups {
                0 => "no groups".to_owned(),
                1 => "only the group `$1`".to_owned(),
                count => format!("only the groups `$1` to `${count}`"),
            };
            format!("`{}`: the pattern has {groups}", error.reference)
        });
        walk.with = with.ok();
        self.preview(documents);
        problem.map_or(Ok(()), Err)
    }

    /// Answers about the match that is asked about.
    pub(crate) fn answer_walk(&mut self, answer: WalkAnswer, documents: &mut Documents, out: &mut Outbox) {
        let (Some(query), Some(walk)) = (self.query.clone(), &mut self.walk) else { return };
        let Some(buffer) = documents.find_mut(walk.document) else { return self.end_walk(documents) };
        if !walk.follow(&buffer.document) {
            out.show(Message::warning("the text has changed too much; replace again"));
            return self.end_walk(documents);
        }
        match (answer, walk.current.clone()) {
            (WalkAnswer::Stop, _) => {
                self.stop();
                self.tell(documents, out);
            }
            (WalkAnswer::All, Some(_)) => self.replace_rest(&query, documents, out),
            (WalkAnswer::Replace, Some(range)) => {
                let Some(with) = &walk.with else { return };
                let Some(edit) = query.replace_one(buffer.document.text(), range, with) else {
                    return self.step(documents, out);
                };
                let (start, length, was_empty) = (edit.range.start, edit.text.len(), edit.range.is_empty());
                let changes = match ChangeSet::new(buffer.document.text(), [edit]) {
                    Ok(changes) => changes,
                    Err(error) => return out.show(Message::error(error.to_string())),
                };
                if !walk.apply(changes, 1, buffer, out) {
                    return;
                }
                walk.go_on(start + length, was_empty, buffer);
                self.step(documents, out);
            }
            (WalkAnswer::Skip, Some(range)) => {
                walk.go_on(range.end, range.is_empty(), buffer);
                self.step(documents, out);
            }
            // The next match is being searched for.
            (_, None) => {}
        }
    }

    /// Ends the walk, and says how many matches were replaced.
    fn tell(&mut self, documents: &mut Documents, out: &mut Outbox) {
        let Some(walk) = &self.walk else { return };
        out.show(match walk.replaced {
            0 => Message::info("no match replaced"),
            count => Message::info(replaced_words(count)),
        });
        self.end_walk(documents);
    }

    /// Ends the walk.
    pub(crate) fn end_walk(&mut self, documents: &mut Documents) {
        let Some(walk) = self.walk.take() else { return };
        self.stop();
        if let Some(buffer) = documents.find_mut(walk.document) {
            buffer.decorations.clear(PluginId::default(), PREVIEW);
        }
        self.let_go(documents);
    }

    /// Goes to the next match, or searches for it where it is far away.
    fn step(&mut self, documents: &mut Documents, out: &mut Outbox) {
        let (Some(query), Some(walk)) = (self.query.clone(), &mut self.walk) else { return };
        let Some(buffer) = documents.find_mut(walk.document) else { return };
        walk.current = None;
        match query.first_near(buffer.document.text(), &walk.left, walk.last_end, NEAR) {
            Some(found) => self.reach(found, documents, out),
            None => {
                buffer.decorations.clear(PluginId::default(), PREVIEW);
                let what = What::First(walk.left.clone(), walk.last_end);
                let of = (walk.document, walk.revision);
                let running = self.begin(&query, buffer, what, out);
                self.seeking = Some((of.0, of.1, running));
            }
        }
    }

    /// Asks about a match, or ends where there is none.
    fn reach(&mut self, found: Option<Range<usize>>, documents: &mut Documents, out: &mut Outbox) {
        let Some(walk) = &mut self.walk else { return };
        let Some(range) = found else {
            if walk.replaced == 0 && walk.last_end.is_none() {
                let pattern = self.query.as_ref().map(Query::pattern).unwrap_or_default();
                out.show(Message::warning(format!("`{pattern}` not found")));
                return self.end_walk(documents);
            }
            return self.tell(documents, out);
        };
        let holds = |part: &Range<usize>| part.start <= range.start && range.end <= part.end;
        let before = walk.left.iter().position(holds).unwrap_or_default();
        walk.left.drain(..before);
        if let Some(first) = walk.left.first_mut() {
            first.start = range.start;
        }
        walk.current = Some(range.clone());
        if let Some(buffer) = documents.find_mut(walk.document) {
            buffer.document.set_selections(Selections::one(Selection::at(range.start)));
            out.request(Request::Reveal);
        }
        self.preview(documents);
    }

    /// Shows what the match that is asked about would become.
    fn preview(&mut self, documents: &mut Documents) {
        let (Some(query), Some(walk)) = (&self.query, &self.walk) else { return };
        let Some(buffer) = documents.find_mut(walk.document) else { return };
        let (Some(with), Some(range)) = (&walk.with, walk.current.clone()) else {
            return buffer.decorations.clear(PluginId::default(), PREVIEW);
        };
        let Some(edit) = query.replace_one(buffer.document.text(), range.clone(), with) else { return };
        let emphasis = Emphasis { struck_out: true, ..Emphasis::default() };
        let old = Decoration {
            range: range.clone(),
            drawn: Drawn::Styled(Style { scope: Scope::Error, emphasis }),
        };
        let emphasis = Emphasis { bold: true, ..Emphasis::default() };
        let style = Style { scope: Scope::Success, emphasis };
        let new = Span { text: shown(&edit.text), style };
        let new = Decoration { range: range.end..range.end, drawn: Drawn::Inline(vec![new]) };
        buffer.decorations.follow(&buffer.document);
        buffer.decorations.set(PluginId::default(), PREVIEW.to_owned(), vec![old, new]);
    }

    /// Replaces all that are left, at once or beside the session.
    fn replace_rest(&mut self, query: &Query, documents: &mut Documents, out: &mut Outbox) {
        let Some(walk) = &mut self.walk else { return };
        let Some(buffer) = documents.find_mut(walk.document) else { return };
        let Some(with) = walk.with.clone() else { return };
        let bytes: usize = walk.left.iter().map(Range::len).sum();
        if bytes <= NEAR {
            let changes = query.replace_in(buffer.document.text(), &walk.left, &with);
            self.replaced(changes, documents, out);
        } else {
            walk.current = None;
            buffer.decorations.clear(PluginId::default(), PREVIEW);
            let (what, of) = (What::Replace(walk.left.clone(), with), (walk.document, walk.revision));
            let running = self.begin(query, buffer, what, out);
            self.seeking = Some((of.0, of.1, running));
        }
    }

    /// Makes the change of all that were left, and ends.
    fn replaced(&mut self, changes: ChangeSet, documents: &mut Documents, out: &mut Outbox) {
        let Some(walk) = &mut self.walk else { return };
        let Some(buffer) = documents.find_mut(walk.document) else { return };
        let count = changes.edits().len();
        walk.apply(changes, count, buffer, out);
        self.tell(documents, out);
    }

    /// Takes what a search of a large text has found.
    pub(super) fn walk_found(
        &mut self,
        revision: Revision,
        found: Found,
        documents: &mut Documents,
        out: &mut Outbox,
    ) {
        let Some(walk) = &mut self.walk else { return };
        let is_same =
            documents.find(walk.document).is_some_and(|buffer| buffer.document.revision() == revision);
        match found {
            _ if !is_same => {
                out.show(Message::warning("the text has changed while it was searched; replace again"));
                self.end_walk(documents);
            }
            Found::Match(found) => self.reach(found, documents, out),
            Found::Change(changes) => self.replaced(changes, documents, out),
        }
    }
}

impl Walk {
    /// Changes the text, in the undo step of the replacements before.
    fn apply(&mut self, changes: ChangeSet, count: usize, buffer: &mut Buffer, out: &mut Outbox) -> bool {
        let document = &mut buffer.document;
        if self.joins == Some(document.revision()) {
            document.join_undo();
        } else {
            document.break_undo();
        }
        buffer.author = Author::Person(Origin::Command);
        match document.apply(Transaction::new(document.revision(), changes.clone())) {
            Ok(revision) => {
                self.map(&changes);
                self.revision = revision;
                self.joins = Some(revision);
                self.replaced += count;
                true
            }
            Err(error) => {
                out.show(Message::error(error.to_string()));
                false
            }
        }
    }

    /// Leaves a match that ends here behind.
    fn go_on(&mut self, end: usize, was_empty: bool, buffer: &Buffer) {
        let text = buffer.document.text();
        let step = if was_empty { text.char_at(end).map_or(1, char::len_utf8) } else { 0 };
        self.last_end = Some(end);
        if let Some(first) = self.left.first_mut() {
            first.start = end + step;
            if first.start > first.end {
                self.left.remove(0);
            }
        }
        self.current = None;
    }
}

/// The number of matches in words.
fn replaced_words(count: usize) -> String {
    if count == 1 { "1 match replaced".to_owned() } else { format!("{count} matches replaced") }
}

/// A replacement in one line.
fn shown(text: &str) -> String {
    let text = text.replace("\r\n", "⏎").replace('\n', "⏎").replace('\t', "⇥");
    let mut shown: String = text.chars().take(MOST_SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}
